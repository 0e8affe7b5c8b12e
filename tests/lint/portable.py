#!/usr/bin/env python3
"""Nothing of the machine a file was written on is in the tree.

No absolute path of this checkout or of this user's home, no host this machine gets its packages from,
and no URL of a host that is not on the short list below.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
URL = re.compile(r"\b(?:https?|ftp|git|ssh)://([A-Za-z0-9_.-]+\.[A-Za-z]{2,})")
HOSTS = re.compile(
    r"(.*\.)?(test|example|invalid|localhost|example\.(com|net|org))"  # reserved, RFC 2606 and 6761
    r"|(www\.)?(apache\.org|w3\.org|iana\.org|rfc-editor\.org|peps\.python\.org)"
    r"|datatracker\.ietf\.org|json-schema\.org|(docs\.)?openssl\.org"
)


def tracked_files():
    command = ["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), "ls-files", "-z", "--cached",
               "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):  # not a checkout
        return [f for f in TOP.rglob("*") if f.is_file() and f.relative_to(TOP).parts[0] != "build"]
    return [TOP / name for name in names.split("\0") if name and (TOP / name).is_file()]


def package_hosts():
    """The hosts this machine's apt knows."""
    if not shutil.which("apt-get"):
        return set()
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)"], check=False,
                          capture_output=True, text=True)
    hosts = {re.sub(r"^\w+://([^/:]+).*", r"\1", line) for line in done.stdout.split()}
    return {host for host in hosts if "." in host}


def main():
    # A path of one component ("/src") is too short to be recognised for sure.
    paths = {str(p) for p in (TOP, pathlib.Path.home()) if len(p.parts) > 2}
    forbidden = [re.compile(r"(?<![\w.}-])" + re.escape(p) + r"\b") for p in sorted(paths | package_hosts())]
    forbidden.append(re.compile(r"/(home|Users)/[a-z]\w+/"))
    faults = []
    files = tracked_files()
    for file in files:
        name = os.fspath(file.relative_to(TOP))
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            found = [m.group() for f in forbidden for m in f.finditer(line)]
            found += [m.group() for m in URL.finditer(line) if not HOSTS.fullmatch(m.group(1))]
            faults += [f"{name}:{number}: {what}" for what in found]
    if faults:
        print(*faults, sep="\n")
    print(f"{len(files)} files, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
