#!/usr/bin/env python3
"""clang-tidy over every source of this tree in a compile database, in parallel.

Usage: tidy.py BUILD_DIR [SECONDS]     (one that has compile_commands.json, made for clang)

A file that passed is not looked at again until what the compiler sees of it, its compile command, the
configuration or clang-tidy itself changes. With SECONDS no file is begun after that time; the order is then
shuffled, by the commit, so that a series of commits sees all of them.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else None
CACHE = BUILD / "tidy-passed"


def run(command, cwd):
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)


def fingerprint(entry, version):
    command = shlex.split(entry["command"])
    output = command.index("-o")
    del command[output : output + 2]
    command.remove("-c")
    # With comments, because NOLINT is one.
    seen = run([*command, "-E", "-C"], entry["directory"])
    file = pathlib.Path(entry["file"])
    candidates = [folder / ".clang-tidy" for folder in file.parents if folder.is_relative_to(TOP)]
    configuration = [c.read_text(encoding="utf-8") for c in candidates if c.exists()]
    parts = [version, *configuration, entry["command"], seen.stdout, str(seen.returncode)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def tidy(entry, version):
    """None if it passed, else what is wrong."""
    passed = CACHE / fingerprint(entry, version)
    if passed.exists():
        passed.touch()
        return None
    done = run(["clang-tidy", "--quiet", "-p", str(BUILD), entry["file"]], entry["directory"])
    if done.returncode:
        return done.stdout + ("" if "error:" in done.stdout else done.stderr)
    passed.touch()
    return None


def main():
    database = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    entries = {
        entry["file"]: entry
        for entry in database
        if pathlib.Path(entry["file"]).is_relative_to(TOP)
        and not pathlib.Path(entry["file"]).is_relative_to(BUILD)
    }
    CACHE.mkdir(exist_ok=True)
    version = run(["clang-tidy", "--version"], TOP).stdout
    files = list(entries.values())
    until = None
    if SECONDS is not None:
        commit = run(["git", "-c", f"safe.directory={TOP}", "rev-parse", "HEAD"], TOP).stdout
        random.Random(commit).shuffle(files)
        until = time.monotonic() + SECONDS
    seen = failed = 0

    def look(entry):
        """Whether it was looked at, and what is wrong."""
        if until is not None and time.monotonic() > until:
            return False, None
        return True, tidy(entry, version)

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for looked, fault in pool.map(look, files):
            seen += looked
            if fault is not None:
                failed += 1
                print(fault, flush=True)
    print(f"clang-tidy: {seen} of {len(files)} files, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
