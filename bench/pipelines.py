"""Pipelines made for measuring: each a small repository of its own with one commit on main."""

import os
import shutil
import subprocess


def repository(root, name, files):
    """Writes the files, commits them, and returns the folder."""
    folder = os.path.join(root, name)
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as out:
            out.write(text)
    with open(os.path.join(folder, ".gitignore"), "w", encoding="utf-8") as out:
        out.write(".gitlab-ci-local/\n.slipway/\n")
    identity = {"GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "bench@example.com", "GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "bench@example.com"}

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **identity}, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    git("init", "-b", "main")
    git("config", "user.name", "Bench")
    git("config", "user.email", "bench@example.com")
    git("remote", "add", "origin", f"git@gitlab.example.com:bench/{name}.git")
    git("add", "-A")
    git("commit", "-m", "bench")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return folder


def job(name, stage="test", needs=None, script="true", image=None):
    lines = [f"{name}:", f"  stage: {stage}"]
    if image:
        lines.append(f"  image: {image}")
    if needs is not None:
        lines.append(f"  needs: [{', '.join(needs)}]")
    lines += ["  script:", f"    - \"{script}\""]
    return "\n".join(lines) + "\n"


def flat(count, image=None):
    return "stages: [test]\n" + "".join(job(f"job-{i:04d}", image=image) for i in range(count))


def chain(count):
    return "stages: [test]\n" + "".join(job(f"job-{i:04d}", needs=[f"job-{i - 1:04d}"] if i else []) for i in range(count))


def layers(depth, width, needs):
    text = "stages: [test]\n"
    for layer in range(depth):
        for place in range(width):
            above = [f"j-{layer - 1}-{(place + k) % width:02d}" for k in range(needs)] if layer else []
            text += job(f"j-{layer}-{place:02d}", needs=above)
    return text


def staged(stages, width):
    text = "stages: [" + ", ".join(f"s{s}" for s in range(stages)) + "]\n"
    return text + "".join(job(f"job-s{s}-{w:03d}", stage=f"s{s}") for s in range(stages) for w in range(width))


def race():
    """One slow job of three seconds beside a chain of four short ones: nothing can be faster than 3.0 s."""
    text = "stages: [build, test]\n" + job("slow", "build", script="sleep 3")
    for i in range(4):
        text += job(f"fast-{i}", "test" if i else "build", needs=[f"fast-{i - 1}"] if i else [], script="sleep 0.5")
    return text


def ruled(count):
    """Jobs through extends, rules by reference and variables that name each other."""
    text = """stages: [build, test, deploy]
default:
  interruptible: true
variables: {A: "1", B: "$A-2", C: "$B-3"}
.r:
  rules:
    - if: $CI_COMMIT_TAG
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables: {ON_MAIN: "yes"}
    - when: on_success
.j:
  extends: .r
  stage: test
  variables: {D: "$C-4"}
  script: ["true"]
"""
    for i in range(count):
        text += f'svc-{i:04d}:\n  extends: .j\n  variables: {{SVC: "{i}", E: "$D-$SVC"}}\n  rules:\n    - !reference [.r, rules]\n'
    return text


def tree(count, jobs):
    files = {f"src/d{i // 200}/f{i}.txt": f"{i}\n" * 20 for i in range(count)}
    files[".gitlab-ci.yml"] = "stages: [test]\n" + "".join(job(f"j{i}", script="test -f src/d0/f1.txt") for i in range(jobs))
    return files


def log(lines):
    return job("j", script=f"seq 1 {lines}")
