#!/usr/bin/env python3
"""B2: a backend built elsewhere, from the installed SDK alone, works in a program built elsewhere.

Usage: install_and_use.py CMAKE BUILD_DIR

Installs the build tree, moves the installation, builds consumer/ against it once by find_package and
once by pkg-config, and runs the programs.
"""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, **how):
    print("$", *command, flush=True)
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True,
                          check=False, **how)
    print(done.stdout, flush=True)
    if done.returncode:
        sys.exit(f"exit status {done.returncode}")
    return done.stdout


def expect(what, text):
    if what not in text:
        sys.exit(f"expected: {what}")


def environment(**changes):
    """No configuration of the machine's, no help for the dynamic linker."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PLUGTLS_", "LD_", "XDG_"))}
    return {**kept, **changes}


def main():
    cmake, build = sys.argv[1], pathlib.Path(sys.argv[2])
    work = build / "tests/package"
    shutil.rmtree(work / "run", ignore_errors=True)
    (work / "run").mkdir(parents=True)
    work = work / "run"

    run(cmake, "--install", build, "--prefix", work / "installed")
    prefix = work / "moved"
    (work / "installed").rename(prefix)

    run(cmake, "-G", "Ninja", "-S", HERE / "consumer", "-B", work / "consumer",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_INSTALL_PREFIX={prefix}")
    run(cmake, "--build", work / "consumer")
    program = work / "consumer/list_backends"

    listed = run(program, "outside", env=environment(
        PLUGTLS_PLUGIN_PATH=str(work / "consumer/lib/plugtls/backends.d")))
    expect("outside: found in the environment", listed)
    expect("openssl: found in the installation", listed)
    expect("outside: backend_refused:", listed)
    expect("this backend was built outside of plugtls", listed)
    expect("openssl: opened", run(program, "openssl", env=environment()))

    run(cmake, "--install", work / "consumer")
    expect("outside: found in the installation", run(program, "openssl", env=environment()))
    expect("plugtls ", run(work / "consumer/facade", env=environment()))

    library = next(prefix.glob("lib*/**/libplugtls.so")).parent
    run(sys.executable, HERE.parent / "lint/binaries.py", library)

    flags = run("pkg-config", "--cflags", "--libs", "plugtls",
                env=environment(PKG_CONFIG_PATH=str(next(prefix.glob("lib*/**/pkgconfig")))))
    run("cc", "-std=c11", HERE / "consumer/list_backends.c", "-o", work / "by_pkg_config",
        *shlex.split(flags), f"-Wl,-rpath,{library}")
    expect("openssl: opened", run(work / "by_pkg_config", "openssl", env=environment()))


if __name__ == "__main__":
    main()
