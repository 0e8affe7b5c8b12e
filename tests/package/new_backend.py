#!/usr/bin/env python3
"""B2: `plugtls new-backend` writes a project that builds, loads, and declares everything missing.

Usage: new_backend.py CMAKE BUILD_DIR
"""

import json
import sys

import sdk


def check_refusals(program, work):
    """A name nobody could load, and a directory that somebody's work is in."""
    for name in ("My-TLS", "-tls", "a" * 32, "tls/../x"):
        sdk.expect("small letters", sdk.run(program, "new-backend", work / "bad", f"--name={name}", status=2))
    if (work / "bad").exists():
        sys.exit("a refused name left a directory behind")
    sdk.expect("is not empty", sdk.run(program, "new-backend", work / "mine", "--name", "mine", status=2))


def main():
    cmake, build = sdk.arguments()
    work = sdk.fresh_directory(build / "tests/package/new_backend")
    prefix = sdk.install(cmake, build, work)
    program = prefix / "bin/plugtls"
    name = "7-my_tls"  # digits, a dash: not what C++ would call anything

    said = sdk.run(program, "new-backend", work / "mine", "--name", name)
    sdk.expect("connection.cpp", said)
    sdk.expect(f"plugtls info {name}", said)
    check_refusals(program, work)

    sdk.build_project(cmake, work / "mine", work / "mine/build", prefix)
    found = sdk.environment(PLUGTLS_PLUGIN_PATH=str(work / "mine/build/lib/plugtls/backends.d"))
    sdk.expect(name, sdk.run(program, "list", env=found))
    info = json.loads(sdk.run(program, "info", name, "--json", env=found))
    levels = {feature["level"] for feature in info["features"].values()}
    if levels != {"no"}:
        sys.exit(f"it claims features: {levels}")

    # Asked for, it refuses by name; nothing takes its place.
    refused = sdk.run(program, "connect", "--backend", name, "localhost:1", status=2, env=found)
    sdk.expect(name, refused)
    sdk.expect("unsupported", refused)
    # Unasked, it does not push itself before those that work.
    sdk.expect("openssl", sdk.run(program, "list", env=found).splitlines()[-1].split(",")[0])


if __name__ == "__main__":
    main()
