#!/usr/bin/env python3
"""clang-tidy over every source of this tree in a compile database, in parallel.

Usage: tidy.py BUILD_DIR        (one that has compile_commands.json, made for clang)

A file that passed is not looked at again until what the compiler sees of it, its compile command, the
configuration or clang-tidy itself changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
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
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for fault in pool.map(lambda entry: tidy(entry, version), entries.values()):
            if fault is not None:
                failed += 1
                print(fault, flush=True)
    print(f"clang-tidy: {len(entries)} files, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
