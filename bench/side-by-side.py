#!/usr/bin/env python3
"""Slipway beside gitlab-ci-local, in one run, by turns.

usage: bench/side-by-side.py --slipway PATH [--peer PATH] [--runs N] [--limit SECONDS] [--rows WORD[,WORD...]] [--image NAME]

Each row is a pipeline made for the purpose. The two programs run it in turn (A B A B ...), as whole processes, after one run that is not
counted; the table gives the median of each, and the median of the ratios pair by pair, which survives a machine whose speed drifts. A peer
that has not ended within the limit is killed and said to take more than that. Whatever a program leaves in the repository is removed
before each run, outside the time.

The docker rows need the image in the engine, and the peer its own helper image firecow/gitlab-ci-local-util: where there is no registry a
tag of that name on any image with a shell will do, for jobs that copy nothing back."""

import argparse
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import pipelines

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--slipway", required=True, help="the published binary")
parser.add_argument("--peer", default="gitlab-ci-local", help="gitlab-ci-local's program (npm install gitlab-ci-local)")
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--limit", type=float, default=120, help="seconds after which a run is killed")
parser.add_argument("--rows", default="", help="only rows whose name contains one of these words")
parser.add_argument("--image", default="alpine:latest", help="an image that the engine has, for the docker rows")
options = parser.parse_args()

slipway = [os.path.abspath(options.slipway)]
peer = [options.peer]
shell = ["--executor", "shell"]
present = ["--pull-policy", "if-not-present"]  # as Slipway does by default

ROWS = [
    # name, files, slipway's arguments, the peer's arguments, budget (ratio, or seconds after "<=")
    ("list, 1 job", {".gitlab-ci.yml": pipelines.flat(1)}, ["list"], ["--list"], "0.5 x"),
    ("list, 1,000 jobs", {".gitlab-ci.yml": pipelines.flat(1000)}, ["list"], ["--list"], "0.3 x"),
    ("list, 1,000 jobs with rules", {".gitlab-ci.yml": pipelines.ruled(1000)}, ["list"], ["--list"], "0.2 x"),
    ("run, shell, 1 job", {".gitlab-ci.yml": pipelines.flat(1)}, ["run", *shell], ["--shell-isolation"], "0.6 x"),
    ("run, shell, 50 jobs", {".gitlab-ci.yml": pipelines.flat(50)}, ["run", *shell], ["--shell-isolation"], "0.4 x"),
    ("run, shell, 200 jobs", {".gitlab-ci.yml": pipelines.flat(200)}, ["run", *shell], ["--shell-isolation"], "0.1 x"),
    ("run, shell, 1 job; peer in one shared folder", {".gitlab-ci.yml": pipelines.flat(1)}, ["run", *shell], [], "1 x"),
    ("run, shell, 50 jobs; peer in one shared folder", {".gitlab-ci.yml": pipelines.flat(50)}, ["run", *shell], [], "1 x"),
    ("run, shell, 200 jobs; peer in one shared folder", {".gitlab-ci.yml": pipelines.flat(200)}, ["run", *shell], [], "1 x"),
    ("run, chain of 200 needs", {".gitlab-ci.yml": pipelines.chain(200)}, ["run", *shell], [], "<= 2 s"),
    ("run, 10 layers of 20 with 3 needs", {".gitlab-ci.yml": pipelines.layers(10, 20, 3)}, ["run", *shell], [], "<= 2 s"),
    ("run, 10 stages of 5", {".gitlab-ci.yml": pipelines.staged(10, 5)}, ["run", *shell], [], "<= 2 s"),
    ("run, 4 stages of 50", {".gitlab-ci.yml": pipelines.staged(4, 50)}, ["run", *shell], [], "<= 2 s"),
    ("run, 30 stages of 1", {".gitlab-ci.yml": pipelines.staged(30, 1)}, ["run", *shell], [], "<= 2 s"),
    ("run, critical path of 3.0 s", {".gitlab-ci.yml": pipelines.race()}, ["run", *shell, "--jobs", "8"], [], "<= 3.2 s"),
    ("run, docker, 1 job", {".gitlab-ci.yml": pipelines.flat(1, options.image)}, ["run"], present, "bare + 0.4 s"),
    ("run, docker, 10 jobs", {".gitlab-ci.yml": pipelines.flat(10, options.image)}, ["run"], present, "0.6 x"),
    ("run, docker, 50 jobs", {".gitlab-ci.yml": pipelines.flat(50, options.image)}, ["run"], present, "0.6 x"),
    ("run, shell, tree of 20,000 files, 5 jobs", pipelines.tree(20000, 5), ["run", *shell], ["--shell-isolation"], "0.2 x"),
    ("run, shell, 200,000 log lines", {".gitlab-ci.yml": pipelines.log(200000)}, ["run", *shell], [], "0.3 x"),
]


def clean(folder):
    for left in (".slipway", ".gitlab-ci-local"):
        shutil.rmtree(os.path.join(folder, left), ignore_errors=True)


def once(command, folder):
    """Wall seconds (None when killed), peak memory of the largest process in MiB, exit code."""
    clean(folder)
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    timer = None
    try:
        import threading

        timer = threading.Timer(options.limit, lambda: os.killpg(process.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        if timer:
            timer.cancel()
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    killed = process.returncode == -signal.SIGKILL and wall >= options.limit
    return None if killed else wall, usage.ru_maxrss / 1024, process.returncode


def show(seconds):
    return f"> {options.limit:.0f}" if seconds is None else f"{seconds:.3f}"


def measure(name, files, ours, theirs, budget, root):
    folder = pipelines.repository(root, name.replace(" ", "-").replace(",", "").replace(";", "").replace(".", ""), files)
    left, right, ratios, memory, codes = [], [], [], [0, 0], set()
    peer_ends = True
    for turn in range(options.runs + 1):
        a, a_memory, a_code = once(slipway + ours, folder)
        b, b_memory, b_code = once(peer + theirs, folder) if peer_ends else (None, 0, 0)
        if b is None:
            peer_ends = False  # once is enough to know
        if turn == 0:
            continue
        left.append(a)
        right.append(b)
        codes |= {("slipway", a_code), ("peer", b_code)}
        memory = [max(memory[0], a_memory), max(memory[1], b_memory)]
        if a is not None and b is not None:
            ratios.append(a / b)
    a = statistics.median(left) if None not in left else None
    b = statistics.median(right) if None not in right else None
    ratio = f"{statistics.median(ratios):.2f}" if ratios else "-"
    failed = " ".join(f"{who} exit {code}" for who, code in sorted(codes) if code not in (0, -9))
    print(f"| {name} | {show(a)} | {show(b)} | {ratio} | {budget} | {memory[0]:.0f} / {memory[1]:.0f} | {failed}", flush=True)


def bare_docker():
    """What the engine alone takes for one trivial container."""
    command = ["docker", "run", "--rm", options.image, "true"]
    times = [once(command, "/")[0] for _ in range(options.runs + 1)][1:]
    print(f"\nbare `docker run --rm {options.image} true`: {statistics.median(times):.3f} s", flush=True)


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    os.environ["SHLVL"] = "3"  # bash reads ~/.bashrc when its input is a socket and SHLVL < 2
    words = [w for w in options.rows.split(",") if w]
    rows = [row for row in ROWS if not words or any(w in row[0] for w in words)]
    print(f"| case | slipway, s | gitlab-ci-local, s | ratio | budget | MiB, largest process | |\n|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as root:
        for row in rows:
            measure(*row, root)
    if any("docker" in row[0] for row in rows):
        bare_docker()


sys.exit(main())
