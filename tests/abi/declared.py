#!/usr/bin/env python3
"""The ABI of libplugtls as plugtls.h declares it, against the dump of a released one, by abidiff.

Usage: declared.py CC HEADERS DUMP LIBRARY      compares; LIBRARY is today's libplugtls
       declared.py --record CC HEADERS DUMP     writes the dump, when an ABI is released

What is looked at is a library of empty functions made from the header: what libplugtls has behind its opaque
handles is nobody's business, and is not in there. That libplugtls itself exports just these functions is checked
by their names.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FUNCTION = re.compile(r"PLUGTLS_API\s+([^;]*?\b(plugtls_\w+)\s*\([^;]*\));", re.S)
CHANGED, INCOMPATIBLE = 4, 8  # bits of abidiff's exit status; 1 and 2 are its own troubles

WHAT_TO_DO = """\
A program that is built already would break. What may be done within major version 1: append functions, append
members to structs that begin with their size, add constants. If what changed cannot stay as it was, that is a new
major version: see docs/abi.md, "Changing the ABI"."""


def output(*command, allowed=(0,)):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"{command[0]} failed with {done.returncode}\n{done.stdout}")
    return done.stdout, done.returncode


def declarations(headers):
    text = (headers / "plugtls/plugtls.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = {name: " ".join(whole.split()) for whole, name in FUNCTION.findall(text)}
    if len(found) < 60:
        sys.exit(f"only {len(found)} functions were found in plugtls.h: the reader is at fault")
    return found


def body_of(declaration):
    if re.match(r"void\s+plugtls_", declaration):
        return "{}"
    if re.match(r"plugtls_bytes\s+plugtls_", declaration):
        return "{ return (plugtls_bytes){0, 0}; }"
    return "{ return 0; }"


def make_library(cc, headers, directory):
    lines = ["#include <plugtls/plugtls.h>"]
    lines += [f"{declaration} {body_of(declaration)}" for declaration in declarations(headers).values()]
    source = directory / "declared.c"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    library = directory / "libplugtls.so.1"
    output(cc, "-std=c11", "-w", "-g", "-O0", "-fPIC", "-fvisibility=hidden", "-shared",
           "-Wl,-soname,libplugtls.so.1", "-I", headers, source, "-o", library)
    return library


def record(cc, headers, dump):
    with tempfile.TemporaryDirectory() as directory:
        library = make_library(cc, headers, pathlib.Path(directory))
        text, _ = output("abidw", "--no-comp-dir-path", "--no-corpus-path", "--no-show-locs", library)
    dump.write_text(text, encoding="utf-8")


def exported(library):
    lines, _ = output("nm", "--dynamic", "--defined-only", "--format=posix", library)
    return {line.split()[0].split("@")[0] for line in lines.splitlines()}


def compare(cc, headers, dump, library):
    faults = []
    declared = set(declarations(headers))
    shown = {name for name in exported(library) if name.startswith("plugtls_")}
    faults += [f"{name} is declared and not exported" for name in sorted(declared - shown)]
    faults += [f"{name} is exported and not declared" for name in sorted(shown - declared)]
    with tempfile.TemporaryDirectory() as directory:
        today = make_library(cc, headers, pathlib.Path(directory))
        report, status = output("abidiff", "--suppressions", HERE / "appended.suppr", "--no-added-syms",
                                dump, today, allowed=(0, CHANGED, CHANGED | INCOMPATIBLE))
    if status != 0:
        faults.append(report.strip())
    if faults:
        sys.exit("\n".join(faults) + "\n\n" + WHAT_TO_DO)
    print(f"{len(declared)} functions, as released in {dump.parent.name}")


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--record":
        record(arguments[1], pathlib.Path(arguments[2]), pathlib.Path(arguments[3]))
    else:
        compare(arguments[0], *map(pathlib.Path, arguments[1:]))


if __name__ == "__main__":
    main()
