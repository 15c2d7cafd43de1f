#!/bin/sh
# glab against a running server: what somebody types. SERVER and TOKEN say where and as whom; CONFIG is the project's .gitlab-ci.yml.
set -eu
. /c/checks.sh
work=$(mktemp -d)
cd "$work"
export HOME=$work GIT_TERMINAL_PROMPT=0 NO_COLOR=1 GLAB_CHECK_UPDATE=false GLAB_SEND_TELEMETRY=0
authority=${SERVER#http://}
host=${authority%:*}

# says TEXT…: each stands in what the last command printed
says() { says_by -F "$@"; }

# until_so WHAT SECONDS COMMAND…: waits until it succeeds
until_so() {
  what=$1 end=$(($(date +%s) + $2))
  shift 2
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || fail "$what: not in time"
    sleep 0.2
  done
}

# field EXPRESSION: of the JSON that comes in, seen[0]["id"]
field() { python3 -c 'import json, sys; seen = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }
api() { glab api "$@"; }

for setting in api_protocol=http "api_host=$authority" git_protocol=http "token=$TOKEN"; do
  glab config set -g -h "$host" "${setting%%=*}" "${setting#*=}"
done
glab config set -g host "$host"
glab config set -g check_update false

ok "auth status" glab auth status --hostname "$host"
says "Logged in to $host as root"
glab config set -g -h "$host" token glpat-0000000000000000000
refused "auth status with a bad token" glab auth status --hostname "$host"
says 401
glab config set -g -h "$host" token "$TOKEN"

ok "raw api" glab api version
says '"version"'
ok "raw api with fields" glab api projects -X POST -f name="Glab App" -f path=glab-app -f visibility=private
says '"path_with_namespace":"root/glab-app"'
project=$(field 'seen["id"]' <out)
refused "raw api refused" glab api projects -X POST -f name="Glab App" -f path=glab-app
refused "raw api that is not there" glab api nothing
says 404

git -c init.defaultBranch=main init -q app
cd app
git remote add origin "http://root:$TOKEN@$authority/root/glab-app.git"
cp "$CONFIG" .gitlab-ci.yml
printf out\\n >.git/info/exclude
git add -A
git -c user.name=Glab -c user.email=glab@example.com commit -q -m First
ok "push" git push -q -o ci.skip origin main

ok "repo view" glab repo view
says "Glab App"
ok "repo list" glab repo list
says root/glab-app
ok "repo create" glab repo create root/glab-made --private --defaultBranch main
ok "repo that was created" glab repo view root/glab-made
ok "lint" glab ci lint
says "CI/CD YAML is valid"
printf 'a: {script: [x], needs: [b]}\n' >broken.yml
refused "lint of something broken" glab ci lint broken.yml
says "invalid"
rm broken.yml

ok "pipeline run with variables" glab ci run -b main --variables-env WHO:glab
pipeline=$(api "projects/$project/pipelines?source=api" | field 'seen[0]["id"]')
status_of() { api "projects/$project/pipelines/$1" | field 'seen["status"]'; }
is() { [ "$(status_of "$1")" = "$2" ]; }
until_so "pipeline ends" 60 is "$pipeline" success
ok "pipeline get" glab ci get -p "$pipeline"
says "$pipeline" success make break
ok "pipeline get with variables" glab ci get -p "$pipeline" --output json --with-variables
says '"WHO"' '"glab"'
ok "pipeline list" glab ci list
says "#$pipeline" success
ok "pipeline status" glab ci status --branch main
says make "Pipeline state: success"
ok "trace" glab ci trace make --branch main
says "made for api, tier none, who glab" "Job succeeded"

job() { api "projects/$project/pipelines/$pipeline/jobs" | field "next(job['id'] for job in seen if job['name'] == '$1')"; }
make=$(job make)
by_hand=$(job by_hand)
ok "trigger a manual job" glab ci trigger "$by_hand"
job_is() { [ "$(api "projects/$project/jobs/$1" | field 'seen["status"]')" = "$2" ]; }
until_so "played job ends" 30 job_is "$by_hand" success
ok "retry a job" glab ci retry "$(job break)"
until_so "retried job ends" 30 job_is "$(job break)" failed
ok "artifacts" glab job artifact main make --path artifacts/
[ "$(cat artifacts/out/text.txt)" = "text for glab" ] || fail "artifact of glab job artifact"
rm -r artifacts
ok "one artifact" glab api "projects/$project/jobs/$make/artifacts/out/deep/down.txt"
says deep

ok "pipeline to cancel" glab ci run -b main --variables-env SLOW:1
slow=$(api "projects/$project/pipelines?source=api" | field 'seen[0]["id"]')
until_so "slow pipeline runs" 30 is "$slow" running
ok "cancel a pipeline" glab ci cancel pipeline "$slow"
until_so "slow pipeline is canceled" 30 is "$slow" canceled
ok "delete a pipeline" glab ci delete "$slow"
refused "deleted pipeline" glab ci get -p "$slow"

ok "variable set" glab variable set SECRET s3cret-value --masked --protected
ok "variable get" glab variable get SECRET
says s3cret-value
ok "variable update" glab variable update SECRET another-value
ok "variable list" glab variable list
says SECRET
ok "variable export" glab variable export
says another-value
ok "variable delete" glab variable delete SECRET
refused "variable that was deleted" glab variable get SECRET

ok "schedule create" glab schedule create --cron "0 3 * * *" --description nightly --ref main --variable "WHO:the schedule" --cronTimeZone Europe/Berlin
ok "schedule list" glab schedule list
says nightly "0 3 * * *"
schedule=$(api "projects/$project/pipeline_schedules" | field 'seen[0]["id"]')
ok "schedule update" glab schedule update "$schedule" --cron "@weekly" --update-variable "WHO:another"
ok "schedule run" glab schedule run "$schedule"
run=$(api "projects/$project/pipeline_schedules/$schedule/pipelines" | field 'seen[0]["id"]')
until_so "scheduled pipeline ends" 60 is "$run" success
ok "scheduled pipeline's source" glab api "projects/$project/pipelines/$run"
says '"source":"schedule"'
ok "schedule's variable" glab api "projects/$project/pipeline_schedules/$schedule"
says '"cron":"@weekly"' '"value":"another"'
ok "schedule delete" glab schedule delete "$schedule"
refused "schedule that was deleted" glab schedule run "$schedule"

ok "trigger token" glab api "projects/$project/triggers" -X POST -f description=outside
says '"token":"glptt-'
trigger=$(field 'seen["token"]' <out)
ok "run with a trigger token" glab ci run-trig -t "$trigger" -b main --variables WHO:trigger
ok "triggered pipelines" glab api "projects/$project/pipelines?source=trigger"
says '"source":"trigger"'

ok "pages of a list" glab api --paginate "projects/$project/jobs?per_page=2"
[ "$(grep -o '"stage"' out | wc -l)" -ge 6 ] || fail "glab api --paginate gives $(grep -o '"stage"' out | wc -l) jobs"
ok "token list" glab api personal_access_tokens
ok "project delete" glab repo delete root/glab-made --yes
ok "project delete by api" glab api -X DELETE "projects/$project"
passed
