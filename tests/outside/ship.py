#!/usr/bin/env python3
"""B2: a backend that somebody else wrote, built and shipped works in an installed plugtls that nobody recompiles.

Usage: ship.py CMAKE BUILD_DIR PROJECT NAME

Installs plugtls to a prefix and copies PROJECT elsewhere. Then, with this tree out of sight, builds the project
against the prefix alone, packs it, unpacks the pack over the prefix, and has the plugtls program of the prefix, which
was built before, list it, describe it, serve by it, connect by it and check it: it passes every case of the conformance kit.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "package"))
import sdk  # noqa: E402

IDENTITY = ("good-ec.chain.pem", "good-ec.key.pem", "root.pem")


def hidden(*directories):
    """A command's prefix: in a mount namespace of its own, where the directories are empty."""
    mounts = "; ".join(f"mount -t tmpfs none '{directory}'" for directory in directories)
    user = [] if os.geteuid() == 0 else ["--map-root-user", "--user"]
    return ["unshare", *user, "--mount", "--propagation", "private", "sh", "-euc", f'{mounts}; exec "$@"', "sh"]


def check_hiding(work):
    """What is hidden must be: otherwise everything below would prove less than it says."""
    seen = sdk.run(*hidden(TOP), "ls", "-A", TOP, cwd=work)
    if seen:
        sys.exit(f"the tree is still in sight: {seen}")


def build_and_install(cmake, work, prefix, name):
    """Builds the project that was copied to work/NAME, and unpacks what it ships over the prefix."""
    away = [*hidden(TOP)]
    build, packs = work / f"{name}-build", work / f"{name}-pack"
    sdk.run(*away, cmake, "-G", "Ninja", "-S", work / name, "-B", build,
            f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_INSTALL_PREFIX={prefix}", cwd=work)
    sdk.run(*away, cmake, "--build", build, cwd=work)
    sdk.run(*away, "cpack", "-G", "TGZ", "--config", build / "CPackConfig.cmake", "-B", packs, cwd=work)
    pack, = packs.glob("*.tar.gz")
    sdk.run("tar", "--extract", "--file", pack, "--directory", prefix)


def serve_and_connect(program, work, name, other):
    """One end by the stranger, one by a backend of the tree."""
    chain, key, root = (work / file for file in IDENTITY)
    server = subprocess.Popen(
        [program, "serve", "--backend", name, "--cert", chain, "--key", key, "--port", "0", "--once"],
        stderr=subprocess.PIPE, text=True, env=sdk.environment())
    try:
        for line in server.stderr:
            if line.startswith("listening on "):
                port = line.strip().rpartition(":")[2]
                break
        else:
            sys.exit("the server never listened")
        said = sdk.run(program, "connect", f"server.test:{port}", "--address", "127.0.0.1", "--ca", root,
                       "--backend", other, input="a stranger's greeting\n", timeout=60)
        sdk.expect("a stranger's greeting", said)
        if server.wait(timeout=60) != 0:
            sys.exit(f"the server ended with {server.returncode}: {server.stderr.read()}")
    finally:
        server.kill()


def use(prefix, work, name):
    program = prefix / "bin/plugtls"
    sdk.expect(name, sdk.run(program, "list"))
    sdk.expect(f"{prefix}/lib", sdk.run(program, "info", name))
    serve_and_connect(program, work, name, name)
    serve_and_connect(program, work, name, "openssl")
    serve_and_connect(program, work, "openssl", name)
    library = next(prefix.glob(f"lib*/**/plugtls-{name}.so"))
    sdk.expect("All tests passed", sdk.run(*hidden(TOP), program, "check", library, cwd=work, timeout=900))


def main():
    cmake, build = sdk.arguments()
    project, name = pathlib.Path(sys.argv[3]), sys.argv[4]
    with tempfile.TemporaryDirectory(prefix="plugtls-outside-") as directory:
        work = pathlib.Path(directory).resolve()
        shutil.copytree(project, work / name)
        for file in IDENTITY:
            shutil.copy(build / "tests/pki" / file, work)
        prefix = sdk.install(cmake, build, work)
        check_hiding(work)
        build_and_install(cmake, work, prefix, name)
        use(prefix, work, name)


if __name__ == "__main__":
    main()
