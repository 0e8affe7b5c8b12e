#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""B14: the figures of plugtls compare are those of other programs that do the same.

Usage: check_compare.py BACKEND PLUGTLS TWINS

Processor time of both, in alternation, the median of the rounds' ratios. What goes through plugtls has to be within 5 %
of the facade's twin, blocks of 16 KiB within 5 % of the raw twin's, too. A raw handshake is shown beside it: plugtls's own
is dearer by what it does besides, the policy of docs/verification.md above all, which check_overhead.py bounds.
"""

import json
import os
import statistics
import subprocess
import sys

ROUNDS = 9
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


def ratio(what, ours, theirs):
    pairs = [(ours(), theirs()) for _ in range(ROUNDS)]
    out = statistics.median(a / b for a, b in pairs)
    print(f"{what}: {statistics.median(a for a, _ in pairs):.1f} and "
          f"{statistics.median(b for _, b in pairs):.1f} a second, ratio {out:.3f}", flush=True)
    return out


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
        found = ratio(f"{what}, plugtls compare and the {kind} twin", measurements[what],
                      lambda: twin_rate(twins, kind, what))
        if binding and abs(found - 1) > LIMIT:
            sys.exit(f"more than {LIMIT:.0%} apart")


if __name__ == "__main__":
    main()
