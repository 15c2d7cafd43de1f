#!/usr/bin/env bash
# What takes too long for every change: long fuzzing, and runs and servers that are killed at random.
#
#   SLIPWAY_FUZZ_SECONDS   seconds for each fuzz test                                     [600]
#   SLIPWAY_SOAK_SECONDS   seconds for the runs that are killed, and for the servers      [1800]
#   SLIPWAY_FAULT_CYCLES   how often a server is killed at each fault's points            [100]
#   SLIPWAY_INTERLEAVINGS  rounds of pushing and collecting images, and of wanting two things of one job, at the same time  [10000]
#   SLIPWAY_SEEDS          all: also seed pipelines that push nothing run on a server    [all]
set -euo pipefail
cd "$(dirname "$0")/.."
export SLIPWAY_FUZZ_SECONDS=${SLIPWAY_FUZZ_SECONDS:-600} SLIPWAY_SOAK_SECONDS=${SLIPWAY_SOAK_SECONDS:-1800}
export SLIPWAY_INTERLEAVINGS=${SLIPWAY_INTERLEAVINGS:-10000}
export SLIPWAY_FAULT_CYCLES=${SLIPWAY_FAULT_CYCLES:-100} SLIPWAY_SUITE_TIMEOUT=${SLIPWAY_SUITE_TIMEOUT:-12h} SLIPWAY_SEEDS=${SLIPWAY_SEEDS:-all}
wrong=0

eng/test.sh || wrong=1
# As eng/test.sh has left the machine: built, and with a Docker engine.
SLIPWAY_SCENARIOS=docker dotnet test --project test/Scenarios --no-build --no-ansi --no-progress --timeout "$SLIPWAY_SUITE_TIMEOUT" || wrong=1
eng/soak.sh "$SLIPWAY_SOAK_SECONDS" || wrong=1
eng/serve-soak.sh "$SLIPWAY_SOAK_SECONDS" || wrong=1
exit $wrong
