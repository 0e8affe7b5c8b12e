"""What the package's tests share: an installation, and a world that knows nothing else."""

import os
import pathlib
import shutil
import subprocess
import sys


def environment(**changes):
    """No configuration of the machine's, no help for the dynamic linker."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PLUGTLS_", "LD_", "XDG_"))}
    return {**kept, **changes}


def run(*command, status=0, **how):
    print("$", *command, flush=True)
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          **{"env": environment(), **how})
    print(done.stdout, flush=True)
    if done.returncode != status:
        sys.exit(f"exit status {done.returncode}, expected {status}")
    return done.stdout


def expect(what, text):
    if what not in text:
        sys.exit(f"expected: {what}")


def fresh_directory(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def install(cmake, build, work):
    """Installs the build tree and moves the installation: nothing may know where it was made."""
    run(cmake, "--install", build, "--prefix", work / "installed")
    prefix = work / "prefix"
    (work / "installed").rename(prefix)
    return prefix


def build_project(cmake, source, build, prefix):
    run(cmake, "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_INSTALL_PREFIX={prefix}")
    run(cmake, "--build", build)
    return build


def arguments():
    return sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
