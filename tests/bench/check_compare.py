#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""B14: the figures of plugtls compare are those of other programs that do the same.

Usage: check_compare.py BACKEND PLUGTLS TWINS

Processor time of both, in alternation, the median of the rounds' ratios. What goes through plugtls has to be within 5 %
of the facade's twin, blocks of 16 KiB within 5 % of the raw twin's, too. On a busy machine single rounds are off by more
than that: then there are more of them, and it is a fault where the median's 98 % confidence interval is beyond the limit. A raw handshake is shown beside it: plugtls's own
is dearer by what it does besides, the policy of docs/verification.md above all, which check_overhead.py bounds.
"""

import json
import math
import os
import statistics
import subprocess
import sys

ROUNDS = 9  # at a time
MOST_ROUNDS = 45
SECONDS = 0.3
LIMIT = 0.05
COUNTS = {"transfer": (1000, 11000), "handshake": (20, 170)}  # few and many: the start is in both


def figure(backend, plugtls, **request):
    """What the child process of plugtls compare answers."""
    source, sink = os.pipe()
    shell = f'exec "$0" "$@" 3>&{sink}'
    done = subprocess.run(["bash", "-c", shell, plugtls, "compare-measure",
                           json.dumps({"backend": backend, "seconds": SECONDS, **request})],
                          pass_fds=(sink,), check=False, timeout=60)
    os.close(sink)
    with os.fdopen(source) as answer:
        text = answer.read()
    if done.returncode != 0 or "ok" not in text:
        sys.exit(f"{request}: {text}")
    return json.loads(text)["ok"]


def processor_seconds(*command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command}: status {status}")
    return usage.ru_utime + usage.ru_stime


def twin_rate(twins, kind, what):
    few, many = COUNTS[what]
    taken = processor_seconds(twins, kind, what, str(many)) - processor_seconds(twins, kind, what, str(few))
    return (many - few) / taken


def interval(ratios):
    """Of the median, by order statistics: what fair coins would leave out on each side with a chance of 1 % at most."""
    n, rank, chance = len(ratios), 0, 0.0
    while chance + math.comb(n, rank) / 2 ** n <= 0.01:
        chance += math.comb(n, rank) / 2 ** n
        rank += 1
    ordered = sorted(ratios)
    return ordered[max(rank - 1, 0)], ordered[n - max(rank, 1)]


def is_apart(what, ours, theirs):
    """Whether the two differ by more than the limit; measures until that can be told, or for MOST_ROUNDS."""
    pairs = []
    while True:
        pairs += [(ours(), theirs()) for _ in range(ROUNDS)]
        ratios = [a / b for a, b in pairs]
        middle, (low, high) = statistics.median(ratios), interval(ratios)
        apart = low > 1 + LIMIT or high < 1 - LIMIT
        if apart or abs(middle - 1) <= LIMIT or len(pairs) >= MOST_ROUNDS:
            break
    print(f"{what}: {statistics.median(a for a, _ in pairs):.1f} and "
          f"{statistics.median(b for _, b in pairs):.1f} a second, ratio {middle:.3f} "
          f"({low:.3f} to {high:.3f}, {len(pairs)} rounds)", flush=True)
    return apart


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    backend, plugtls, twins = sys.argv[1:]
    suite = 0x1302  # TLS_AES_256_GCM_SHA384, the twins'
    measurements = {
        "transfer": lambda: figure(backend, plugtls, measure="throughput", suite=suite, size=16384)
        ["megabytes_per_second"] * 1e6 / 16384,
        "handshake": lambda: figure(backend, plugtls, measure="handshakes", version=0x0304, suite=suite,
                                    tickets=True)["per_second"],
    }
    for kind, what, binding in (("facade", "transfer", True), ("raw", "transfer", True),
                                ("facade", "handshake", True), ("raw", "handshake", False)):
        apart = is_apart(f"{what}, plugtls compare and the {kind} twin", measurements[what],
                         lambda: twin_rate(twins, kind, what))
        if binding and apart:
            sys.exit(f"more than {LIMIT:.0%} apart")


if __name__ == "__main__":
    main()
