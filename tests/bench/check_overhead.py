#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""B17: what plugtls costs over the raw library, in instructions and in allocations.

Usage: check_overhead.py PROGRAM VALGRIND

Runs the twins, on the C++ facade, on the C API and on the library itself, under callgrind with two numbers of transfers; the difference is what one transfer of 16 KiB,
written and read, costs in the steady state. Fails if either takes more than 1.01 times the raw twin's
instructions, allocates more often than it, or calls operator new at all.
"""

import re
import subprocess
import sys

FEW, MANY = 10, 30
LIMIT = 1.01


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def number(pattern, text, what):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"no {what} in:\n{text}")
    return int(found.group(1))


def instructions(program, valgrind, side, transfers):
    done = run(
        [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--toggle-collect=bench_steady_state", program, side, str(transfers)]
    )
    return number(r"Collected : (\d+)", done.stderr, "count")


def cost(program, valgrind, side):
    few, many = (instructions(program, valgrind, side, n) for n in (FEW, MANY))
    if few == 0:
        sys.exit(f"{side}: nothing was counted")
    return (many - few) / (MANY - FEW)


def allocations(program, side):
    text = run([program, side, str(MANY)]).stdout
    return (
        number(r"mallocs (\d+)", text, "mallocs") / MANY,
        number(r"news (\d+)", text, "news") / MANY,
    )


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, valgrind = sys.argv[1:]
    costs, counts = {}, {}
    for side in ("facade", "plugtls", "raw", "raw-unchecked"):
        costs[side] = cost(program, valgrind, side)
        counts[side] = allocations(program, side)
        print(f"{side:14} {costs[side]:12.1f} instructions, {counts[side][0]:.2f} mallocs, "
              f"{counts[side][1]:.2f} operator new, a transfer of 16 KiB")
    for side in ("facade", "plugtls"):
        ratio = costs[side] / costs["raw"]
        print(f"{side} / raw {ratio:.5f} (limit {LIMIT}), / raw-unchecked "
              f"{costs[side] / costs['raw-unchecked']:.5f} (for comparison)")
        if ratio > LIMIT:
            sys.exit(f"{side} takes too many instructions")
        if counts[side][0] > counts["raw"][0] or counts[side][1] > 0:
            sys.exit(f"{side} allocates in the steady state")


if __name__ == "__main__":
    main()
