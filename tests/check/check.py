#!/usr/bin/env python3
"""B15: `plugtls check` passes what is good, and finds each backend with one flaw.

Usage: check.py PLUGTLS FLAWED_DIR BACKENDS_DIR
"""

import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

# Which topic has a case that must find the flaw. A run of all topics finds it too, and takes longer.
FLAWS = {
    "claims-everything": "versions,keys,io,info,sni",
    "denies-without-a-reason": "info",
    "drops-verification": "verification",
    "drops-protocols": "alpn",
    "drops-suites": "suites",
    "drops-groups": "groups",
    "drops-version": "versions",
    "drops-client-auth": "verification",
    "drops-time": "verification",
    "drops-revocation": "verification",
    "drops-depth": "info",
    "drops-callbacks": "sni",
    "drops-server-name": "sni",
    "drops-name-check": "verification",
    "swallows-truncation": "closing",
    "reads-too-early": "io",
    "damages-data": "io",
    "loses-data": "io",
    "writes-after-shutdown": "io,closing",
    "never-wants-to-read": "io",
    "forgets-failures": "errors,io,closing",
    "shuts-down-too-early": "io,closing",
    "counts-wrongly": "io",
    "leaves-errors-empty": "verification",
    "forgets-alerts": "verification",
    "mistakes-the-fault": "verification",
    "tells-the-wrong-version": "versions",
    "loses-the-chain": "info,identities,verification",
    "exports-zeros": "exporters",
    "lists-nothing": "suites,info",
}
FILES = ("unloadable", "stack", "lazy", "path", "leaky")
OVER = "openssl"

faults = []


def check(program, file, *options, flaw=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("PLUGTLS_") or k == "PLUGTLS_TEST_SEED"}
    if flaw is not None:
        env["PLUGTLS_FLAW"] = flaw
        options = (*options, "--over", OVER)
    return subprocess.run([program, "check", file, *options], text=True, errors="replace", check=False, timeout=300, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def topics_of(only):
    return [option for topic in only.split(",") for option in ("--topic", topic)]


def expect(what, done, status, *texts):
    good = done.returncode == status and all(text in done.stdout for text in texts)
    print(f"{what}: exit status {done.returncode}, {'as it should be' if good else 'WRONG'}", flush=True)
    if not good:
        print(done.stdout[-3000:])
        faults.append(what)


def check_flaws(program, flawed):
    behaviour = flawed / "flawed_behaviour/plugtls-flawed.so"
    everything = ",".join(sorted({topic for topics in FLAWS.values() for topic in topics.split(",")}))
    expect("no flaw", check(program, behaviour, *topics_of(everything), flaw="none"), 0)
    for flaw, topics in FLAWS.items():
        done = check(program, behaviour, *topics_of(topics), flaw=flaw)
        expect(flaw, done, 1, "FAILED")
        failed = sorted(set(re.findall(r"^(?:[A-Z]+-)*[A-Z]+\d?-?\d* .*$", done.stdout, re.M)))
        print("  found by:", "; ".join(failed[:3]))
    expect("no flaw in the file", check(program, behaviour, *topics_of("binary"), flaw="none"), 0)
    for file in FILES:
        done = check(program, flawed / f"flawed_{file}/plugtls-flawed.so", *topics_of("binary"), flaw="none")
        # The C library of Debian 13 opens no file that wants an executable stack, and says so itself.
        if file == "stack" and done.returncode == 3:
            expect(f"file: {file}", done, 3, "executable stack")
        else:
            expect(f"file: {file}", done, 1, "FAILED")


def check_hang(program, flawed):
    """A backend that never comes back costs the time it is given, and the case that it hangs in is named."""
    done = check(program, flawed / "flawed_behaviour/plugtls-flawed.so", "--topic", "alpn", "--timeout", "2",
                 flaw="never-returns")
    expect("never-returns", done, 1, "SIGTERM", "no end after 2 s: the backend hangs")


def check_reports(program, backends):
    """The forms that other programs read."""
    done = check(program, backends / "plugtls-openssl.so", "--topic", "binary", "--format", "tap")
    expect("TAP", done, 0, "ok 1", "1..")
    done = check(program, backends / "plugtls-openssl.so", "--topic", "binary", "--format", "junit")
    expect("JUnit", done, 0, "<testsuites")
    suites = xml.etree.ElementTree.fromstring(done.stdout[done.stdout.index("<?xml"):])
    if len(list(suites.iter("testcase"))) < 4:
        faults.append("JUnit: too few cases")


def check_refusals(program, mocks, flawed):
    """What the loader refuses is said once, with its reason, and is not run."""
    for variant, text in (("null_handshake", "handshake"), ("note_name", "somebody"),
                          ("table_short", "lacks the required slot"), ("entry_fails", "built against Toy"),
                          ("table_major", "major"), ("info_null", "name"),
                          ("export_garbage", ""), ("null_table", "table"), ("no_entry", "plugtls_backend_entry")):
        file = mocks / variant / f"plugtls-{variant.replace('_', '-')}.so"
        expect(f"refused: {variant}", check(program, file), 3, text)
    expect("not a backend's name", check(program, flawed / "check.py"), 2)


def main():
    program, flawed, backends = map(pathlib.Path, sys.argv[1:])
    check_reports(program, backends)
    check_refusals(program, flawed.parent / "mock", flawed)
    check_flaws(program, flawed)
    check_hang(program, flawed)
    print(f"{len(FLAWS) + len(FILES) + 1} flaws, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
