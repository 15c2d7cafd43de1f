#!/usr/bin/env bash
# Runs pipelines over and over for some seconds and ends each at a random moment, with a random signal or none. After each:
# no process of the run is left (after a kill, once the next run has begun), the checkout is as it was, and the next run works.
#
#   eng/soak.sh [SECONDS]      [60]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
slipway=$PWD/src/Cli/bin/Debug/net10.0/slipway
[ -x "$slipway" ] || dotnet build src/Cli -v quiet

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=$work/project
cp -r samples/hello "$project"
# Jobs that make it hard: one that ignores signals, one with children of its own, one that floods the log.
cat >>"$project/.gitlab-ci.yml" <<'YAML'

stubborn:
  stage: test
  script:
    - trap '' TERM INT
    - sleep 1

parents:
  stage: test
  script:
    - (sleep 30 &)
    - sleep 0.5

flood:
  stage: test
  script:
    - seq 1 20000
YAML
git -C "$project" init -q -b main
git -C "$project" add -A
git -C "$project" -c user.name=Soak -c user.email=soak@example.com commit -q -m soak

left() { # processes whose folder lies below the work folder
  local at
  for at in /proc/[0-9]*/cwd; do
    case $(readlink "$at" 2>/dev/null) in "$work"/*) basename "$(dirname "$at")" ;; esac
  done
}

fail() { echo "soak: $*; turn $turns, signal ${signal:-none}" >&2; tail -n 20 "$work/log" >&2; exit 1; }

set -m # else a program in the background is born deaf to INT
turns=0 end=$((SECONDS + seconds))
while [ $SECONDS -lt $end ]; do
  turns=$((turns + 1))
  signals=(INT TERM KILL "")
  signal=${signals[RANDOM % 4]}
  "$slipway" run --cwd "$project" --executor shell --jobs $((1 + RANDOM % 8)) >"$work/log" 2>&1 &
  pid=$!
  code=0
  if [ -n "$signal" ]; then
    sleep "$((RANDOM % 2)).$(printf %03d $((RANDOM % 1000)))"
    kill -"$signal" $pid 2>/dev/null || signal=
  fi
  wait $pid 2>/dev/null || code=$?
  case $signal:$code in
    :0 | INT:130 | TERM:130 | INT:0 | TERM:0 | KILL:137 | KILL:0) ;;
    TERM:143) ;; # before the program had begun
    *) fail "exit code $code" ;;
  esac
  if [ "$signal" != KILL ] && [ $code != 143 ]; then
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(left)" ] && break; sleep 0.1; done
    [ -z "$(left)" ] || fail "processes are left: $(left | xargs -r ps -o pid=,args= -p)"
  fi
  [ -z "$(git -C "$project" status --porcelain)" ] || fail "the checkout has changed"
done
signal=
"$slipway" run --cwd "$project" --executor shell >"$work/log" 2>&1 || fail "the last run fails"
[ -z "$(left)" ] || fail "processes are left after the last run"
echo "soak: $turns runs, all ended as they should"
