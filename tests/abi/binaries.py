#!/usr/bin/env python3
"""Binaries of a released ABI, against what is built today.

Usage: binaries.py RELEASE_DIR HOST_OF_TODAY LIB_DIR PKI_DIR

The old host runs with the old backend and with every backend of today; today's host runs with the old backend.
Neither is made anew: RELEASE_DIR/make_binaries tells how they were made, when that ABI was released.
"""

import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

WHAT_TO_DO = """\
What was built against ABI {release} no longer works with this libplugtls, or with one of its backends. Somebody's
program or backend would break. Within a major version only appending is allowed (docs/abi.md, "Changing the ABI");
do not make the binaries anew: they are the proof."""

EXPECTED = ("in memory:", "other.test: refused, cert_name_mismatch", "over sockets:")


def install_backend(release, directory):
    """Others must not be able to write to it, whatever the checkout's permissions are."""
    directory.chmod(0o755)
    shutil.copy(release / platform.machine() / "plugtls-abi-1-0.so", directory)
    manifest = directory / "abi-1-0.toml"
    manifest.write_text('manifest_version = 1\nname = "abi-1-0"\nlibrary = "plugtls-abi-1-0.so"\nabi = 1\n',
                        encoding="utf-8")
    for file in directory.iterdir():
        file.chmod(0o644)


def try_pair(host, backend, identity, where, lib):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PLUGTLS_")}
    done = subprocess.run([host, backend, *identity], text=True, check=False, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**kept, "LD_LIBRARY_PATH": str(lib), "PLUGTLS_PLUGIN_PATH": str(where)})
    print(f"{host.parent.parent.name}/{host.name} with {backend}: exit status {done.returncode}\n{done.stdout}")
    return done.returncode == 0 and all(text in done.stdout for text in EXPECTED)


def main():
    release, today, lib, pki = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    old = release / platform.machine() / "host"
    real = [pki / "good-ec.chain.pem", pki / "good-ec.key.pem", pki / "root.pem"]
    toy = ["cert:server.test", "-", "-"]
    backends = sorted(file.stem for file in (lib / "plugtls/backends.d").glob("*.toml"))
    if not backends:
        sys.exit(f"no backends in {lib}")
    with tempfile.TemporaryDirectory() as directory:
        where = pathlib.Path(directory)
        install_backend(release, where)
        good = [try_pair(host, "abi-1-0", toy, where, lib) for host in (old, today)]
        good += [try_pair(old, backend, real, where, lib) for backend in backends]
    if not all(good):
        sys.exit(WHAT_TO_DO.format(release=release.name))


if __name__ == "__main__":
    main()
