#!/usr/bin/env bash
# Pushes to a server for some seconds while it is killed, with SIGKILL, at random moments. At the end, over one last start: every push that was
# acknowledged has its one pipeline and that pipeline is green, every repository is sound, every job has its whole log, and every artifact reads.
#
#   eng/serve-soak.sh [SECONDS]      [60]
#
#   SLIPWAY_SOAK_DATABASE   postgres://…, empty [a SQLite file]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
slipway=$PWD/src/Cli/bin/Debug/net10.0/slipway
[ -x "$slipway" ] || dotnet build src/Cli -v quiet

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null; rm -rf "$work"' EXIT
port=$((20000 + RANDOM % 20000))
url=http://127.0.0.1:$port
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

fail() { echo "serve-soak: $*; start $starts" >&2; tail -n 30 "$work/log" >&2; exit 1; }

start() {
  starts=$((starts + 1))
  "$slipway" serve --data "$work/data" --listen "127.0.0.1:$port" --runner shell ${SLIPWAY_SOAK_DATABASE:+--database "$SLIPWAY_SOAK_DATABASE"} "$@" >"$work/log" 2>&1 &
  server=$!
}

ready() {
  for _ in $(seq 100); do
    curl -fsS -o "$work/ready" "$url/-/readiness" 2>/dev/null && return
    kill -0 "$server" 2>/dev/null || fail "the server does not start"
    sleep 0.1
  done
  fail "the server is never ready"
}

api() { curl -fsS -H "PRIVATE-TOKEN: $token" "$url/api/v4/$1"; }
# The values of a number or a text in a list of objects, a line each. The server writes JSON without blanks.
values() { grep -o "\"$1\":[^,}]*" | cut -d: -f2- | tr -d '"'; }

starts=0
start --demo
ready
for _ in $(seq 100); do token=$(grep -o 'glpat-[A-Za-z0-9_.-]*' "$work/log" | head -n 1) && [ -n "$token" ] && grep -q '  pushed ' "$work/log" && break; sleep 0.1; done
[ -n "${token:-}" ] || fail "no token"

git clone -q "http://root:$token@127.0.0.1:$port/root/hello.git" "$work/app"
cat >"$work/app/.gitlab-ci.yml" <<'YAML'
workflow: { auto_cancel: { on_new_commit: none } }
make:
  stage: build
  script: [echo "$CI_COMMIT_SHA" > made, seq 2000]
  artifacts: { paths: [made] }
check:
  script: [grep -q "$CI_COMMIT_SHA" made]
YAML
git -C "$work/app" add -A

end=$((SECONDS + seconds)) pushes=0
: >"$work/acknowledged"
while [ $SECONDS -lt $end ]; do
  # The end of this server, at a moment of its own.
  (sleep "$((RANDOM % 3)).$(printf %03d $((RANDOM % 1000)))"; kill -KILL "$server" 2>/dev/null) &
  killer=$!
  while kill -0 "$server" 2>/dev/null; do
    pushes=$((pushes + 1))
    git -C "$work/app" -c user.name=Soak -c user.email=soak@example.com commit -q --allow-empty -m "push $pushes" -m "$(git -C "$work/app" rev-parse HEAD)"
    git -C "$work/app" push -q origin main 2>"$work/push" && git -C "$work/app" rev-parse HEAD >>"$work/acknowledged"
    sleep 0.2
  done
  wait "$killer" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  start
  ready
done
kill -KILL "$server"; wait "$server" 2>/dev/null || true
start
ready

running() { api "projects/1/pipelines?per_page=100" | values status | grep -cE 'created|pending|running|waiting|preparing' || true; }
patience=$((SECONDS + 180))
while [ "$(running)" != 0 ]; do
  [ $SECONDS -lt $patience ] || fail "pipelines never end: $(api 'projects/1/pipelines?per_page=100' | values status | sort | uniq -c | tr '\n' ' ')"
  sleep 1
done

sound=$(find "$work/data/repositories" -name '1.git')
git -C "$sound" fsck --strict --no-dangling >"$work/fsck" 2>&1 || fail "the repository is not sound: $(head -n 3 "$work/fsck")"
why() { # of the failed jobs, each with the end of its log
  local job
  for job in $(api "projects/1/jobs?scope=failed&per_page=5" | grep -o '{"id":[0-9]*,"status":"failed"' | values id); do
    echo "job $job: $(api "projects/1/jobs/$job" | values failure_reason)" >&2
    api "projects/1/jobs/$job/trace" 2>&1 | tail -n 5 >&2
  done
}

while read -r sha; do
  [ "$(api "projects/1/pipelines?sha=$sha" | values status)" = success ] \
    || { why; fail "$sha was acknowledged and its pipeline is: $(api "projects/1/pipelines?sha=$sha" | values status | tr '\n' ' ')"; }
done <"$work/acknowledged"
read=0
for job in $(api "projects/1/jobs?scope=success&per_page=100" | grep -o '{"id":[0-9]*,"status":"success","stage":"build","name":"make"' | values id); do
  read=$((read + 1))
  api "projects/1/jobs/$job/trace" >"$work/trace" || fail "the log of job $job cannot be read"
  grep -q 'Job succeeded' "$work/trace" && grep -qE '(^| )2000.?$' "$work/trace" || fail "the log of job $job is not whole"
  [ "$(api "projects/1/jobs/$job/artifacts/made" | wc -c)" = 41 ] || fail "the artifact of job $job does not read"
done
[ "$read" != 0 ] || fail "no job has succeeded"
echo "serve-soak: $starts starts, $pushes pushes, $(wc -l <"$work/acknowledged") acknowledged, $read jobs read back, nothing lost"
