#!/usr/bin/env bash
# What takes too long for every change: long fuzzing, and runs that are killed at random.
#
#   SLIPWAY_FUZZ_SECONDS   seconds for each fuzz test                 [600]
#   SLIPWAY_SOAK_SECONDS   seconds for the runs that are killed       [1800]
set -euo pipefail
cd "$(dirname "$0")/.."
export SLIPWAY_FUZZ_SECONDS=${SLIPWAY_FUZZ_SECONDS:-600} SLIPWAY_SOAK_SECONDS=${SLIPWAY_SOAK_SECONDS:-1800}
wrong=0

eng/test.sh || wrong=1
eng/soak.sh "$SLIPWAY_SOAK_SECONDS" || wrong=1
exit $wrong
