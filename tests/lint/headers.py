#!/usr/bin/env python3
"""Every public header compiles alone, without a warning.

Usage: headers.py COMPILER...   (C++ compilers: g++, clang++; their C is used for the C headers)
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
INCLUDES = [TOP / "api/include", TOP / "plugins/kit/include"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow",
            "-Werror"]
LANGUAGES = {".h": [("c", "c11"), ("c++", "c++20")], ".hpp": [("c++", "c++20")]}


def compile_alone(compiler, include, header, language, standard):
    name = header.relative_to(include).as_posix()
    command = [compiler, "-x", language, f"-std={standard}", "-fsyntax-only", *WARNINGS,
               *(f"-I{i}" for i in INCLUDES), "-"]
    done = subprocess.run(command, input=f"#include <{name}>\n", text=True, capture_output=True,
                          check=False)
    return f"{name}: {standard}, {compiler}", done.returncode, done.stderr


def main():
    jobs = [
        (compiler, include, header, *how)
        for compiler in sys.argv[1:]
        for include in INCLUDES
        for suffix, languages in LANGUAGES.items()
        for header in sorted(include.rglob(f"*{suffix}"))
        for how in languages
    ]
    if not jobs:
        sys.exit("no compiler or no header")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for what, status, errors in pool.map(lambda job: compile_alone(*job), jobs):
            if status:
                failed += 1
                print(f"{what}: does not compile alone\n{errors}")
    print(f"{len(jobs)} compilations, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
