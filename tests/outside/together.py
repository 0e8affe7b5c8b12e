#!/usr/bin/env python3
"""B2, B14: backends from inside and from outside of the tree, side by side in one installation.

Usage: together.py CMAKE BUILD_DIR NAME...

Installs plugtls, and with this tree out of sight builds and installs the projects NAME of this directory. Then the plugtls
program of the prefix, which knows none of them, compares everything that is installed: each backend as a client talks
to each as a server, in every version, and not one cell of the matrix is empty or less than whole; one of a version that an
end declares missing says that, and nothing else does. At last all of them are opened in one process, which uses OpenSSL itself
or not (B13).
"""

import json
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "package"))
import sdk  # noqa: E402
import ship  # noqa: E402

CELL = re.compile(r"\b(\d+) of (\d+)\b|\bnot offered\b")
VERSIONS = ("tls1_3", "tls1_2")  # in the order of the report


def installed(prefix):
    return sorted(path.stem for path in prefix.glob("lib*/**/backends.d/*.toml"))


def describe(program, work, name):
    """What a backend says of itself."""
    return json.loads(sdk.run(program, "info", name, "--json", cwd=work))


def versions_of(program, work, names):
    """Of each backend, what it says of each version."""
    out = {}
    for name in names:
        features = describe(program, work, name)["features"]
        out[name] = [features[version]["level"] == "yes" for version in VERSIONS]
    return out


def check_matrix(report, names, has):
    """A row for each backend in each of the two versions, with a cell for each backend."""
    rows = [line for line in report.splitlines()
            if re.match(r"\s+\S+ as client {2,}(\d|not offered)", line) and CELL.search(line)]
    if len(rows) != len(VERSIONS) * len(names):
        sys.exit(f"{len(rows)} rows for {len(names)} backends in {len(VERSIONS)} versions")
    for i, row in enumerate(rows):
        version, client = divmod(i, len(names))
        cells = list(CELL.finditer(row))
        if not row.split()[0] == names[client] or len(cells) != len(names):
            sys.exit(f"not whole: {row}")
        for cell, server in zip(cells, names):
            offered = has[names[client]][version] and has[server][version]
            if (cell[0] != "not offered") != offered or cell[1] != cell[2]:
                sys.exit(f"not as declared: {cell[0]} for {server} in {row}")


def compare(program, work, names):
    report = sdk.run(*ship.hidden(ship.TOP), program, "compare", "interop", "--backend", ",".join(names),
                     cwd=work, timeout=1200)
    has = versions_of(program, work, names)
    pairs = sum(sum(has[name][version] for name in names) ** 2 for version in range(len(VERSIONS)))
    sdk.expect(f"{pairs} of {pairs} pairs", report)
    check_matrix(report, names, has)


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
        compare(prefix / "bin/plugtls", work, names)
        check_isolation(build, prefix, work)


if __name__ == "__main__":
    main()
