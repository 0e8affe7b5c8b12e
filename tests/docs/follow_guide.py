#!/usr/bin/env python3
"""B15: docs/writing-a-backend.md, followed literally in an empty directory against an installed plugtls.

Usage: follow_guide.py CMAKE BUILD_DIR GUIDE

A fenced block is done as it says: `sh` is typed, `file=PATH` is that file's whole contents, `replace=PATH from="X"
to="Y"` takes the place of what is between the two. All the shell blocks are one session.
"""

import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "package"))
import sdk  # noqa: E402

BLOCK = re.compile(r"^```(\w+)(.*)\n((?:.*\n)*?)```$", re.M)
ATTRIBUTE = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')


def replace(path, first, after, text):
    old = path.read_text(encoding="utf-8")
    if old.count(first) != 1:
        sys.exit(f"{path.name}: {old.count(first)} places with {first!r}")
    begin = old.index(first)
    end = old.find(after, begin)
    if end < 0:
        sys.exit(f"{path.name}: no {after!r} after {first!r}")
    path.write_text(old[:begin] + text + old[end:], encoding="utf-8")


def follow(guide, where):
    """Files are written when their turn comes: a shell block that builds sees what stands above it. Returns the steps."""
    script, steps = [], 0
    for language, words, text in BLOCK.findall(guide):
        attributes = {key: quoted or plain for key, quoted, plain in ATTRIBUTE.findall(words)}
        steps += 1
        if language == "sh":
            script.append(text)
            yield steps, "\n".join(script)
        elif "file" in attributes:
            (where / attributes["file"]).write_text(text, encoding="utf-8")
        elif "replace" in attributes:
            replace(where / attributes["replace"], attributes["from"], attributes["to"], text)
        else:
            sys.exit(f"a block of the guide says nothing of what to do with it: {words}\n{text}")


def main():
    cmake, build = sdk.arguments()
    guide = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="plugtls-guide-") as directory:
        work = pathlib.Path(directory).resolve()
        prefix = sdk.install(cmake, build, work)
        desk = sdk.fresh_directory(work / "desk")
        env = sdk.environment(CMAKE_PREFIX_PATH=str(prefix))
        env["PATH"] = f"{prefix / 'bin'}:{env['PATH']}"
        green, typed = [], 0
        for steps, script in follow(guide, desk):
            # What was typed before is remembered by its exports only.
            lines = script.splitlines()
            exports = [line for line in lines[:typed] if line.startswith("export ")]
            said = sdk.run("sh", "-euc", "\n".join(exports + lines[typed:]), cwd=desk, env=env, timeout=600)
            if any("plugtls check" in line for line in lines[typed:]):
                sdk.expect("All tests passed", said)
                green.append(steps)
            typed = len(lines)
        if len(green) < 2:
            sys.exit("the guide no longer checks what it has built, in C++ and in C")
        print(f"{green[0]} steps from nothing to the handshake cases")


if __name__ == "__main__":
    main()
