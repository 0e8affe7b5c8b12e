#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""B14: the heap of a connection as plugtls compare tells it is what massif finds of the same work.

Usage: check_memory.py BACKEND PLUGTLS VALGRIND

The peak of two runs, of few and of many pairs of connections that are all alive at the end: the difference is what a pair
costs. The rings between the ends, which are the tool's own, are in it and are taken off. massif's heap_extra, what
malloc adds to each block, is counted because plugtls compare asks malloc, and so counts it too.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

FEW, MANY = 40, 120
RINGS = 2 * 20 * 1024
LIMIT = 0.05


def measure(plugtls, backend, connections, *before):
    source, sink = os.pipe()
    request = json.dumps({"backend": backend, "measure": "heap", "connections": connections})
    environment = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
    done = subprocess.run(["bash", "-c", f'exec "$0" "$@" 3>&{sink}', *before, plugtls, "compare-measure", request],
                          pass_fds=(sink,), env=environment, check=False, timeout=300, capture_output=True, text=True)
    os.close(sink)
    with os.fdopen(source) as answer:
        text = answer.read()
    if done.returncode != 0 or "ok" not in text:
        sys.exit(f"{request}: {text}{done.stderr}")
    return json.loads(text)["ok"]


def massif_peak(plugtls, backend, valgrind, connections):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "massif")
        measure(plugtls, backend, connections, valgrind, "--quiet", "--tool=massif", "--peak-inaccuracy=0.0",
                f"--massif-out-file={out}")
        with open(out, encoding="ascii", errors="replace") as file:
            snapshots = re.findall(r"^mem_heap_B=(\d+)\nmem_heap_extra_B=(\d+)$", file.read(), re.MULTILINE)
    return max(int(heap) + int(extra) for heap, extra in snapshots)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    backend, plugtls, valgrind = sys.argv[1:]
    told = measure(plugtls, backend, MANY)
    ours = told["client-active"] + told["server-active"]
    peaks = [massif_peak(plugtls, backend, valgrind, count) for count in (FEW, MANY)]
    theirs = (peaks[1] - peaks[0]) / (MANY - FEW) - RINGS
    print(f"heap of a pair of connections: plugtls compare {ours:.0f} bytes, massif {theirs:.0f}, "
          f"ratio {ours / theirs:.3f}")
    if abs(ours / theirs - 1) > LIMIT:
        sys.exit(f"more than {LIMIT:.0%} apart")


if __name__ == "__main__":
    main()
