#!/usr/bin/env python3
"""B2, B14: backends from inside and from outside of the tree, side by side in one installation.

Usage: together.py CMAKE BUILD_DIR NAME...

Installs plugtls, and with this tree out of sight builds and installs the projects NAME of this directory. Then the plugtls
program of the prefix, which knows none of them, compares everything that is installed: each backend as a client talks
to each as a server, in every version, and not one cell of the matrix is empty or less than whole. At last all of them
are opened in one process, which uses OpenSSL itself or not (B13).
"""

import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "package"))
import sdk  # noqa: E402
import ship  # noqa: E402

CELL = re.compile(r"\b(\d+) of (\d+)\b")


def installed(prefix):
    return sorted(path.stem for path in prefix.glob("lib*/**/backends.d/*.toml"))


def check_matrix(report, names):
    """A row for each backend in each of the two versions, with a whole cell for each backend."""
    rows = [line for line in report.splitlines()
            if re.match(r"\s+\S+ as client {2,}\d", line) and CELL.search(line)]
    if len(rows) != 2 * len(names):
        sys.exit(f"{len(rows)} rows for {len(names)} backends in 2 versions")
    for row in rows:
        cells = CELL.findall(row)
        if len(cells) != len(names) or any(good != all_of for good, all_of in cells):
            sys.exit(f"not whole: {row}")


def compare(prefix, work, names):
    report = sdk.run(*ship.hidden(ship.TOP), prefix / "bin/plugtls", "compare", "interop", cwd=work, timeout=900)
    pairs = 2 * len(names) ** 2
    sdk.expect(f"{pairs} of {pairs} pairs", report)
    check_matrix(report, names)


def check_isolation(build, prefix, work):
    """In a program that uses OpenSSL itself, and in one that does not, whoever of the backends is loaded first."""
    directory, = prefix.glob("lib*/**/backends.d")
    for host in ("isolation_plain", "isolation_openssl"):
        for order in ({}, {"PLUGTLS_TEST_BACKWARDS": "1"}):
            sdk.run(build / "tests" / host, cwd=work, timeout=300,
                    env=sdk.environment(PLUGTLS_TEST_BACKENDS_D=str(directory), **order))


def main():
    cmake, build = sdk.arguments()
    with tempfile.TemporaryDirectory(prefix="plugtls-together-") as directory:
        work = pathlib.Path(directory).resolve()
        prefix = sdk.install(cmake, build, work)
        ship.check_hiding(work)
        inside = installed(prefix)
        for name in sys.argv[3:]:
            shutil.copytree(HERE / name, work / name)
            ship.build_and_install(cmake, work, prefix, name)
        names = installed(prefix)
        if names != sorted([*inside, *sys.argv[3:]]):
            sys.exit(f"installed: {names}")
        compare(prefix, work, names)
        check_isolation(build, prefix, work)


if __name__ == "__main__":
    main()
