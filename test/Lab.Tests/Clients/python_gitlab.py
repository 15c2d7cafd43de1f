"""python-gitlab against a running server: what a script of a team does. SERVER and TOKEN say where and as whom; CONFIG is the project's .gitlab-ci.yml."""

import hashlib
import io
import json
import os
import time
import zipfile

import gitlab
import requests

SERVER, TOKEN = os.environ["SERVER"], os.environ["TOKEN"]
CONFIG = open(os.environ["CONFIG"]).read()
checks = 0


def check(what, seen, wanted=True):
    global checks
    checks += 1
    if seen != wanted:
        raise SystemExit(f"FAIL {what}: {seen!r} instead of {wanted!r}")
    print(f"ok {what}")


def refused(what, code, call):
    try:
        call()
    except gitlab.GitlabError as error:
        check(what, error.response_code, code)
        return str(error.error_message)
    raise SystemExit(f"FAIL {what}: it was allowed")


def until(what, ask, patience=60):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if (seen := ask()) is not None:
            return seen
        time.sleep(0.1)
    raise SystemExit(f"FAIL {what}: not within {patience} s")


def ended(pipeline):
    def ask():
        pipeline.refresh()
        return pipeline if pipeline.status in ("success", "failed", "canceled", "skipped", "manual") else None

    return until(f"pipeline {pipeline.id} ends", ask)


def job_ended(project, job):
    def ask():
        seen = project.jobs.get(job)
        return seen if seen.status in ("success", "failed", "canceled") else None

    return until(f"job {job} ends", ask)


def named(pipeline, name):
    return next(job for job in pipeline.jobs.list(all=True) if job.name == name)


# Who am I.
gl = gitlab.Gitlab(SERVER, private_token=TOKEN)
gl.auth()
check("auth", gl.user.username, "root")
check("version", gl.version()[0].split(".")[0].isdigit())
refused("bad token", 401, gitlab.Gitlab(SERVER, private_token="glpat-0000000000000000000").auth)
check("bearer token", gl.http_get("/user", headers={"Authorization": f"Bearer {TOKEN}"})["username"], "root")

# A project with a file.
project = gl.projects.create({"name": "Python App", "path": "python-app", "initialize_with_readme": False})
check("project created", project.path_with_namespace, "root/python-app")
check("project by path", gl.projects.get("root/python-app").id, project.id)
check("project by id", gl.projects.get(project.id).web_url, f"{SERVER}/root/python-app")
message = refused("project twice", 400, lambda: gl.projects.create({"name": "Python App", "path": "python-app"}))
check("project twice says why", "has already been taken" in message)
refused("project that is not there", 404, lambda: gl.projects.get("root/nothing"))
commit = project.commits.create(
    {
        "branch": "main",
        "commit_message": "Configuration [ci skip]",
        "actions": [{"action": "create", "file_path": ".gitlab-ci.yml", "content": CONFIG}],
    }
)
check("commit", project.commits.get("main").id, commit.id)
project.description = "by python-gitlab"
project.save()
check("project changed", gl.projects.get(project.id).description, "by python-gitlab")
check("file", project.files.get(".gitlab-ci.yml", ref="main").decode().decode(), CONFIG)
check("tree", [item["path"] for item in project.repository_tree()], [".gitlab-ci.yml"])
project.branches.create({"branch": "side", "ref": "main"})
check("branches", sorted(branch.name for branch in project.branches.list()), ["main", "side"])

# Lint.
lint = project.ci_lint.get()
check("project lint", (lint.valid, lint.errors), (True, []))
broken = project.ci_lint.create({"content": "a: {script: [x], needs: [b]}"})
check("lint of something broken", broken.valid, False)
check("lint says why", any("b" in error for error in broken.errors))
check("ci_lint.validate", project.ci_lint.validate({"content": "a: {script: [x]}"}), None)

# A pipeline with variables.
pipeline = project.pipelines.create({"ref": "main", "variables": [{"key": "WHO", "value": "python"}]})
check("pipeline created", (pipeline.ref, pipeline.source, pipeline.sha), ("main", "api", commit.id))
check("pipeline's user", pipeline.user["username"], "root")
check("pipeline's variables", [(v.key, v.value) for v in pipeline.variables.list()], [("WHO", "python")])
ended(pipeline)
check("pipeline succeeded", (pipeline.status, pipeline.detailed_status["group"]), ("success", "success-with-warnings"))
check("pipelines listed", [one.status for one in project.pipelines.list(ref="main")], ["success", "skipped"])
check("pipelines filtered", project.pipelines.list(status="failed"), [])
check("latest pipeline", project.pipelines.latest(ref="main").id, pipeline.id)
refused("pipeline on no branch", 400, lambda: project.pipelines.create({"ref": "nothing"}))
refused("pipeline that is not there", 404, lambda: project.pipelines.get(999999))

# Its jobs and their logs.
check("jobs", sorted(job.name for job in pipeline.jobs.list()), ["break", "by_hand", "make"])
check("project's jobs by status", [job.name for job in project.jobs.list(scope=["failed"])], ["break"])
make = project.jobs.get(named(pipeline, "make").id)
check("job", (make.status, make.stage, make.ref, make.commit["id"]), ("success", "build", "main", commit.id))
check("job's runner", make.runner["description"], "built-in")
check("trace", b"made for api, tier none, who python" in make.trace())
check("failed job", named(pipeline, "break").failure_reason, "script_failure")
refused("trace of no job", 404, lambda: project.jobs.get(999999))

# Its artifacts.
archive = zipfile.ZipFile(io.BytesIO(make.artifacts()))
check("artifacts", sorted(name for name in archive.namelist() if not name.endswith("/")), ["out/deep/down.txt", "out/text.txt"])
check("artifact", make.artifact("out/deep/down.txt"), b"deep\n")
check("artifact by ref", project.artifacts.raw("main", "out/text.txt", "make"), b"text for python\n")
check("artifacts by ref", zipfile.is_zipfile(io.BytesIO(project.artifacts.download("main", "make"))))
refused("artifact that is not there", 404, lambda: make.artifact("out/nothing"))
make.keep_artifacts()
make.delete_artifacts()
refused("artifacts that were removed", 404, make.artifacts)

# Retry, play, cancel, erase.
retried = project.jobs.get(project.jobs.get(named(pipeline, "break").id).retry()["id"])
check("retried job", (retried.name, retried.id > make.id), ("break", True))
check("retried job fails again", job_ended(project, retried.id).status, "failed")
check("retried jobs on demand", len(pipeline.jobs.list(include_retried=True)), 4)
by_hand = project.jobs.get(named(pipeline, "by_hand").id)
check("manual job", by_hand.status, "manual")
gl.http_post(
    f"/projects/{project.id}/jobs/{by_hand.id}/play",
    post_data={"job_variables_attributes": [{"key": "PLAYED", "value": "python"}]},
)
played = job_ended(project, by_hand.id)
check("played job", (played.status, b"played with python" in played.trace()), ("success", True))
played.erase()
check("erased job", (project.jobs.get(played.id).erased_at is not None, played.trace()), (True, b""))
pipeline.retry()
ended(pipeline)
slow = project.pipelines.create({"ref": "main", "variables": [{"key": "SLOW", "value": "1"}]})
until("the slow job runs", lambda: named(slow, "slow").status == "running" or None)
slow.cancel()
check("canceled pipeline", ended(slow).status, "canceled")
job = until("the slow job has ended", lambda: named(slow, "slow").status == "canceled" or None)
again = project.pipelines.create({"ref": "main", "variables": [{"key": "SLOW", "value": "1"}]})
project.jobs.get(named(again, "slow").id).cancel()
check("canceled job", job_ended(project, named(again, "slow").id).status, "canceled")
ended(again)
again.delete()
refused("deleted pipeline", 404, lambda: project.pipelines.get(again.id))

# Variables.
project.variables.create({"key": "WHO", "value": "the project", "masked": False})
project.variables.create({"key": "WHO", "value": "production", "environment_scope": "production"})
secret = project.variables.create({"key": "SECRET", "value": "s3cret-value", "masked": True, "protected": True})
check("variable", (secret.masked, secret.protected, secret.variable_type), (True, True, "env_var"))
refused("variable of two scopes", 409, lambda: project.variables.get("WHO"))
check("variable of a scope", project.variables.get("WHO", filter={"environment_scope": "production"}).value, "production")
refused("variable twice", 400, lambda: project.variables.create({"key": "SECRET", "value": "s3cret-value"}))
refused("value that cannot be masked", 400, lambda: project.variables.create({"key": "SHORT", "value": "x", "masked": True}))
secret.value = "another-value"
secret.save()
check("variable changed", project.variables.get("SECRET").value, "another-value")
secret.delete()
refused("variable removed", 404, lambda: project.variables.get("SECRET"))
check("variables", sorted(v.environment_scope for v in project.variables.list()), ["*", "production"])

# Schedules.
schedule = project.pipelineschedules.create({"ref": "main", "description": "nightly", "cron": "0 1 * * *", "cron_timezone": "Europe/Berlin"})
check("schedule", (schedule.ref, schedule.active, schedule.owner["username"]), ("refs/heads/main", True, "root"))
check("schedule has a next run", schedule.next_run_at is not None)
for wrong in ({"cron": "61 * * * *"}, {"cron_timezone": "Mars/Base"}, {"ref": "nothing"}):
    refused(f"schedule with {wrong}", 400, lambda: project.pipelineschedules.create({"ref": "main", "description": "x", "cron": "@daily"} | wrong))
schedule.variables.create({"key": "WHO", "value": "the schedule"})
refused("schedule variable twice", 400, lambda: schedule.variables.create({"key": "WHO", "value": "x"}))
schedule.description = "every night"
schedule.cron = "30 2 * * 1-5"
schedule.save()
schedule = project.pipelineschedules.get(schedule.id)
check("schedule changed", (schedule.description, schedule.cron), ("every night", "30 2 * * 1-5"))
check("schedule's variables", schedule.attributes["variables"][0]["value"], "the schedule")
schedule.play()
# The client forgets a schedule that it has played: GitLab answers with a message.
schedule = project.pipelineschedules.get(project.pipelineschedules.list()[0].id)
run = until("the schedule runs", lambda: next(iter(schedule.pipelines.list()), None))
run = ended(project.pipelines.get(run.id))
check("scheduled pipeline", (run.source, run.status), ("schedule", "success"))
check("scheduled pipeline's log", b"made for schedule, tier none, who the schedule" in project.jobs.get(named(run, "make").id).trace())
check("schedule's last pipeline", project.pipelineschedules.get(schedule.id).last_pipeline["id"], run.id)
schedule.take_ownership()
check("schedule's owner", schedule.owner["username"], "root")
schedule.variables.delete("WHO")
check("schedule's variable removed", project.pipelineschedules.get(schedule.id).attributes["variables"], [])
schedule.delete()
refused("schedule removed", 404, lambda: project.pipelineschedules.get(schedule.id))
check("its pipelines stay", project.pipelines.get(run.id).source, "schedule")

# Trigger tokens.
trigger = project.triggers.create({"description": "from outside"})
check("trigger token", trigger.token.startswith("glptt-"))
outside = gitlab.Gitlab(SERVER).projects.get(project.id, lazy=True)
triggered = outside.trigger_pipeline("main", trigger.token, {"WHO": "the trigger"})
triggered = ended(project.pipelines.get(triggered.id))
check("triggered pipeline", (triggered.source, triggered.status, triggered.user["username"]), ("trigger", "success", "root"))
log = project.jobs.get(named(triggered, "make").id).trace()
check("triggered pipeline's log", b"who the trigger" in log and b'"WHO":"the trigger"' in log and trigger.token.encode() not in log)
refused("bad trigger token", 404, lambda: outside.trigger_pipeline("main", "glptt-000000"))
trigger.description = "from elsewhere"
trigger.save()
check("trigger changed", project.triggers.get(trigger.id).description, "from elsewhere")
check("trigger used", project.triggers.get(trigger.id).last_used is not None)
trigger.delete()
refused("trigger token that is gone", 404, lambda: outside.trigger_pipeline("main", trigger.token))

# Images. What is pushed here is no more than a config, which is all that a manifest must have.
image = project.path_with_namespace
account = ("root", TOKEN)
config = b'{"os":"linux","architecture":"amd64"}'
digest = "sha256:" + hashlib.sha256(config).hexdigest()
manifest = "application/vnd.oci.image.manifest.v1+json"
parts = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(config)}
kind = {"Content-Type": "application/octet-stream"}
put = requests.post(f"{SERVER}/v2/{image}/blobs/uploads/", params={"digest": digest}, data=config, auth=account, headers=kind)
check("config pushed", put.status_code, 201)
for tag in ["v1", "v2", "main"]:
    body = json.dumps({"schemaVersion": 2, "mediaType": manifest, "config": parts, "layers": [], "annotations": {"tag": tag}})
    put = requests.put(f"{SERVER}/v2/{image}/manifests/{tag}", data=body, auth=account, headers={"Content-Type": manifest})
    check(f"{tag} pushed", put.status_code, 201)
repository = project.repositories.list(get_all=True, tags_count=True)[0]
check("repository of images", (repository.path, repository.tags_count), (image, 3))
check("it by its number", gl.registry_repositories.get(repository.id, size=True).size, len(config))
check("tags of images", [tag.name for tag in repository.tags.list(get_all=True)], ["main", "v1", "v2"])
tag = repository.tags.get("v1")
check("one tag", (tag.path, tag.revision, tag.total_size), (f"{image}:v1", digest[len("sha256:") :], 0))
repository.tags.delete_in_bulk(name_regex_delete="v.*", keep_n=1)
check("tags deleted by rule", [tag.name for tag in repository.tags.list(get_all=True)], ["main", "v2"])
repository.tags.delete("main")
refused("tag that is gone", 404, lambda: repository.tags.get("main"))
project.container_expiration_policy_attributes = {"enabled": True, "keep_n": 5, "name_regex_delete": ".*"}
project.save()
policy = gl.projects.get(project.id).container_expiration_policy
check("cleanup policy", (policy["enabled"], policy["keep_n"], policy["cadence"]), (True, 5, "1d"))
repository.delete()
check("repository of images gone", project.repositories.list(get_all=True), [])

# Lists in parts.
page = project.pipelines.list(per_page=1, iterator=True)
check("pages", (page.per_page, page.total, len(list(page))), (1, len(project.pipelines.list(all=True)), len(project.pipelines.list(all=True))))

# Raw calls.
check("raw get", gl.http_get(f"/projects/{project.id}")["id"], project.id)
check("raw list", gl.http_list("/projects", search="python", get_all=True)[0]["path"], "python-app")
refused("no such call", 404, lambda: gl.http_get("/nothing"))

project.delete()
until("the project is gone", lambda: project.id not in [one.id for one in gl.projects.list(all=True)] or None)
print(f"PASS {checks} checks")
