#!/usr/bin/env python3
"""B2, B14: a backend in plain C, through the bare ABI, over a second version of a library that another backend brings along.

Usage: bare.py CMAKE BUILD_DIR PROJECT NAME TWIN

Ships the project NAME as ship.py does, from an SDK without the kit, and sees that it asked for no C++. Then it and TWIN, a backend of the
tree over another version of the same library, live in one process: each as client and as server of the other, whichever is
loaded first, and no call of one of the two libraries ends in the other.
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
import together  # noqa: E402

BINDING = re.compile(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: normal symbol `((?:mbedtls|psa)_\w+)'")


def check_language(prefix, work, name):
    """What was not there cannot have been used."""
    cache = (work / f"{name}-build/CMakeCache.txt").read_text(encoding="utf-8")
    if re.search(r"^CMAKE_CXX_COMPILER:", cache, re.M):
        sys.exit("the project of a backend in C asked for a C++ compiler")
    needed = sdk.run("readelf", "--dynamic", next(prefix.glob(f"lib*/**/plugtls-{name}.so")))
    if "libstdc++" in needed:
        sys.exit("the backend in C needs C++'s library")


def check_two_versions(program, work, name, twin):
    """The matrix has each of the two orders: whoever is the client is loaded first."""
    names = [name, twin]
    infos = [together.describe(program, work, each) for each in names]
    versions = [info["library_version"] for info in infos]
    if infos[0]["library"] != infos[1]["library"] or infos[0]["path"] == infos[1]["path"]:
        sys.exit(f"these are not two of one library: {infos}")
    together.compare(program, work, names)
    together.compare(program, work, names[::-1])
    # Debian 13's own is the version that the tree's is built from: then it is two copies that are told apart.
    print(f"{infos[0]['library']} {versions[0]} and {versions[1]} talk to each other in one process")


def check_bindings(build, prefix, work):
    """The dynamic linker itself says where each call of a library leads: into the shared one's own files, or nowhere."""
    directory, = prefix.glob("lib*/**/backends.d")
    for order in ({}, {"PLUGTLS_TEST_BACKWARDS": "1"}):
        log = work / "bindings"
        log.mkdir()
        sdk.run(build / "tests/isolation_plain", cwd=work, timeout=300,
                env=sdk.environment(PLUGTLS_TEST_BACKENDS_D=str(directory), LD_DEBUG="bindings",
                                    LD_DEBUG_OUTPUT=str(log / "ld"), **order))
        bound = [one for file in log.iterdir()
                 for one in BINDING.findall(file.read_text(encoding="utf-8", errors="replace"))]
        astray = [one for one in bound if not pathlib.Path(one[1]).name.startswith("libmbed")]
        if not bound or astray:
            sys.exit(f"of {len(bound)} calls these lead elsewhere: {astray[:5]}")
        print(f"{len(bound)} symbols of the shared library, all bound to its own files")
        shutil.rmtree(log)


def main():
    cmake, build = sdk.arguments()
    project, name, twin = pathlib.Path(sys.argv[3]), sys.argv[4], sys.argv[5]
    with tempfile.TemporaryDirectory(prefix="plugtls-bare-") as directory:
        work = pathlib.Path(directory).resolve()
        shutil.copytree(project, work / name)
        for file in ship.IDENTITY:
            shutil.copy(build / "tests/pki" / file, work)
        prefix = sdk.install(cmake, build, work)
        shutil.rmtree(prefix / "include/plugtls/kit")
        ship.check_hiding(work)
        ship.build_and_install(cmake, work, prefix, name)
        check_language(prefix, work, name)
        ship.use(prefix, work, name)
        check_two_versions(prefix / "bin/plugtls", work, name, twin)
        check_bindings(build, prefix, work)


if __name__ == "__main__":
    main()
