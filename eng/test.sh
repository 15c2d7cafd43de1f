#!/usr/bin/env bash
# Everything that must hold before a change is done: the machine's parts, style, a build without warnings, every test.
# Ends with the plain line "N passed, N failed, N skipped"; the exit code is 0 only when all of it held.
#
#   SLIPWAY_SHARED         folder with what is not part of the project: lab, conformance data   [../shared beside the clone]
#   SLIPWAY_LAB            the lab alone (start-dockerd.sh, build-images.sh)                    [lab in that folder]
#   SLIPWAY_NO_SETUP       set: install and start nothing, use what is there
#   SLIPWAY_SUITE_TIMEOUT  how long one suite may take before it is ended as failed             [50m]
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

step() { printf '\n== %s\n' "$*"; }

if [ -z "${SLIPWAY_NO_SETUP:-}" ]; then
  step machine
  . eng/machine.sh
fi

step restore
dotnet tool restore
dotnet restore --locked-mode -v quiet

wrong=0
step style
dotnet csharpier check . || wrong=1

step build
dotnet build --no-restore -v quiet

step test
out=$(mktemp)
trap 'rm -f "$out"' EXIT
# Whoever starts this in the background makes it deaf to INT and QUIT, and all its children, of whom some are told to stop by those signals.
hearing=()
if env --default-signal=INT,QUIT true 2>/dev/null; then hearing=(env --default-signal=INT,QUIT); fi
# Nobody learns anything from a run that never ends. (test/xunit.runner.json names a test that stands still.)
plain=(--no-build --no-ansi --no-progress --timeout "${SLIPWAY_SUITE_TIMEOUT:-50m}")
"${hearing[@]}" dotnet test "${plain[@]}" "$@" 2>&1 | tee "$out" || wrong=1

scenarios() {
  SLIPWAY_SCENARIOS=$1 "${hearing[@]}" dotnet test --project test/Scenarios "${plain[@]}" 2>&1 | tee -a "$out" || wrong=1
}
step 'scenarios, by a real shell in real time'
scenarios shell
step 'scenarios, by pushes to a server and a runner that asks it for jobs'
scenarios server

# Once more at the end, where a log that is cut short still has it: which tests failed, and the first lines of why.
if grep -q '^failed ' "$out"; then
  step 'what failed'
  awk '/^failed /{n=25} n>0 && (/^failed / || /^  / || /^$/){print; n--; next} {n=0}' "$out"
fi

# The plain line comes last, summed over both. Nothing counted means nothing was proven.
awk '/^  succeeded: /{p+=$2} /^  failed: /{f+=$2} /^  error: /{f+=$2} /^  skipped: /{s+=$2}
  END{printf "\n%d passed, %d failed, %d skipped\n",p,f,s; exit !(p>0 && f==0)}' "$out" || wrong=1
exit $wrong
