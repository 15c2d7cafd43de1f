#!/usr/bin/env python3
"""Draws docs/pictures/run.svg: a real run of samples/hello in a terminal, colours kept. Needs tmux and a built src/Cli.

    dotnet build src/Cli && eng/picture.py
"""
import html, pathlib, re, shlex, shutil, subprocess, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLIPWAY = ROOT / "src/Cli/bin/Debug/net10.0/slipway"
HELLO = pathlib.Path("/tmp/hello")  # stands in the picture, so it has a plain name
COLUMNS, CELL, LINE, PAD = 90, 8.4, 20, 20
COLOURS = {31: "#ff7b72", 32: "#56d364", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}


def tmux(*arguments):
    return subprocess.run(["tmux", "-L", "slipway-picture", *arguments], check=True, capture_output=True, text=True).stdout


def capture():
    HELLO.mkdir()  # fails when something is there already: it is not ours to clear
    try:
        shutil.copytree(ROOT / "samples/hello", HELLO, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".slipway"))
        for command in ("init -q -b main", "add -A", "-c user.name=hello -c user.email=hello@example.com commit -q -m Hello"):
            subprocess.run(["git", *command.split()], cwd=HELLO, check=True)
        ended = HELLO / ".git/ended"
        line = f"cd {HELLO}; {shlex.quote(str(SLIPWAY))} run; touch {ended}; sleep 60"
        tmux("new-session", "-d", "-s", "run", "-x", str(COLUMNS), "-y", "40", line)
        try:
            deadline = time.monotonic() + 60
            while not ended.exists() and time.monotonic() < deadline:
                time.sleep(0.2)
            if not ended.exists():
                raise SystemExit("the run did not end within a minute")
            return tmux("capture-pane", "-p", "-e", "-t", "run").rstrip().split("\n")
        finally:
            tmux("kill-session", "-t", "run")
    finally:
        shutil.rmtree(HELLO)


def draw(lines):
    lines = ["$ slipway run", *lines]
    width, height = COLUMNS * CELL + 2 * PAD, len(lines) * LINE + 2 * PAD
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}" role="img">'
    yield "<title>slipway run on samples/hello</title>"
    yield f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1}" rx="8" fill="#0d1117" stroke="#6e7681"/>'
    yield '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" xml:space="preserve">'
    bold, dim, colour = False, False, None
    for row, line in enumerate(lines):
        column = 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b["):
                for code in (int(word or 0) for word in part[2:-1].split(";")):
                    bold, dim = code == 1 or bold and code not in (0, 22), code == 2 or dim and code not in (0, 22)
                    colour = COLOURS[code] if code in COLOURS else None if code in (0, 39) else colour
                continue
            text = part.strip(" ")
            if text:
                x = PAD + (column + len(part) - len(part.lstrip(" "))) * CELL
                fill = colour or ("#8b949e" if dim else "#e6edf3")
                weight = ' font-weight="bold"' if bold else ""
                size = f'textLength="{len(text) * CELL:g}" lengthAdjust="spacingAndGlyphs"'
                yield f'<text x="{x:g}" y="{PAD + row * LINE + 15}" {size} fill="{fill}"{weight}>{html.escape(text)}</text>'
            column += len(part)
    yield "</g></svg>"


target = ROOT / "docs/pictures/run.svg"
target.parent.mkdir(exist_ok=True)
target.write_text("\n".join(draw(capture())) + "\n", encoding="utf-8")
