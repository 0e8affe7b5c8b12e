#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""B17: what plugtls costs over the raw library, in instructions and in allocations.

Usage: check_overhead.py PROGRAM VALGRIND

Runs the twins, on the C++ facade, on the C API and on the library itself, under callgrind, twice with different counts;
the difference is what one transfer of 16 KiB, written and read, costs in the steady state, or one full handshake of
client and server, from making the two connections to freeing them. Fails if one takes more than 1.01 times the raw
twin's instructions. A transfer must not allocate more often than the raw twin's either, nor call operator new at all.
"""

import re
import subprocess
import sys

LIMIT = 1.01
COUNTS = {"transfer": (10, 30), "handshake": (4, 24)}
OURS = ("facade", "plugtls")


def run(command, expected=0):
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode != expected:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def number(pattern, text, what):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"no {what} in:\n{text}")
    return int(found.group(1))


def instructions(program, valgrind, kind, what, count):
    done = run([valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null",
                f"--toggle-collect=bench_{what}s", program, kind, what, str(count)])
    return number(r"Collected : (\d+)", done.stderr, "count")


def cost(program, valgrind, kind, what):
    """Instructions, mallocs and news of one."""
    few, many = COUNTS[what]
    counted = [instructions(program, valgrind, kind, what, count) for count in (few, many)]
    if counted[0] == 0:
        sys.exit(f"{kind} {what}: nothing was counted")
    text = run([program, kind, what, str(many)]).stdout
    return (
        (counted[1] - counted[0]) / (many - few),
        number(r"mallocs (\d+)", text, "mallocs") / many,
        number(r"news (\d+)", text, "news") / many,
    )


def faults(what, kind, cost, raw):
    if cost[0] / raw[0] > LIMIT:
        yield f"{what}: {kind} takes too many instructions"
    if what == "transfer" and (cost[1] > raw[1] or cost[2] > 0):
        yield f"{what}: {kind} allocates in the steady state"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, valgrind = sys.argv[1:]
    found = []
    for what in COUNTS:
        raw = cost(program, valgrind, "raw", what)
        for kind in ("raw", *OURS):
            own = raw if kind == "raw" else cost(program, valgrind, kind, what)
            print(f"{what:9} {kind:8} {own[0]:12.1f} instructions, {own[0] / raw[0]:.5f} of raw "
                  f"(limit {LIMIT}); {own[1]:.2f} mallocs, {own[2]:.2f} operator new")
            found += faults(what, kind, own, raw)
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
