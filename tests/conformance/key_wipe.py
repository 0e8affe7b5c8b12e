#!/usr/bin/env python3
"""P-GEN-6: the key is wiped. Searches a process for it while its context lives, and after the context is freed.

Usage: key_wipe.py KEY_KEEPER PLUGTLS PKI

While the context lives the key itself has to be there, which also shows that the search finds it; what it was read from and
its password have been wiped by then. After the context is gone, nothing is left of any of them.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives import serialization

KEEPER, PLUGTLS, PKI = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\n(.*?)-----END", re.S)
# What docs/backends.md lists under "Keys in memory".
KEEPS_DER = {"wolfssl"}
faults = []


def backends():
    done = subprocess.run([PLUGTLS, "list", "--json"], check=True, capture_output=True)
    return [each["name"] for each in json.loads(done.stdout)["backends"] if each["stage"] != "shadowed"]


def numbers_of(key):
    """The numbers that make it private."""
    private = key.private_numbers()
    return [private.p, private.q, private.d] if hasattr(private, "p") else [private.private_value]


def plain_encodings(key):
    yield key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    yield key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL,
                            serialization.NoEncryption())


def secrets(encoding, password):
    """The key itself, in each order its bytes may have, and what it was read from."""
    load = (serialization.load_pem_private_key if encoding.startswith(b"-----")
            else serialization.load_der_private_key)
    key = load(encoding, password)
    itself, sources = [], {"the password": [password]} if password else {}
    sources["its DER"] = []
    for number in numbers_of(key):
        big = number.to_bytes((number.bit_length() + 7) // 8, "big")
        itself += [big, big[::-1]]
        # The number behind its tag and length, as no library keeps it for use.
        for plain in plain_encodings(key):
            at = plain.index(big)
            sources["its DER"].append(plain[at - 3 : at + len(big)])
    if not password and (found := PEM.search(encoding)):
        # Lines of base64 may have been joined: the middle of one is in either. The first two have the first number.
        sources["its PEM"] = [line[8:56] for line in found.group(1).splitlines()[:2]]
    return itself, sources


def memory_of(process):
    """Every part of it that can be written."""
    with open(f"/proc/{process.pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            area, access, *_ = line.split()
            begin, end = (int(part, 16) for part in area.split("-"))
            if not access.startswith("rw") or "[vvar]" in line:
                continue
            memory.seek(begin)
            part = b""
            while len(part) < end - begin and (more := memory.read(end - begin - len(part))):
                part += more
            yield part


def look(process, needles):
    return [needle for needle in needles if any(needle in part for part in memory_of(process))]


def check(good, what):
    if not good:
        faults.append(what)


def judge(process, backend, name, itself, sources):
    if (word := process.stdout.readline()) != b"made\n":
        faults.append(f"{name}: {word.decode().strip() or 'no context'}")
        return
    check(look(process, itself), f"{name}: the key is nowhere while it is in use: is this search blind?")
    for what, needles in sources.items():
        if what == "its DER" and backend in KEEPS_DER:
            continue
        check(not look(process, needles), f"{name}: {what} is still there once the context is made")
    process.stdin.write(b"\n")
    process.stdin.flush()
    check(process.stdout.readline() == b"freed\n", f"{name}: not freed")
    check(not look(process, itself), f"{name}: the key is still there once the context is freed")
    for what, needles in sources.items():
        check(not look(process, needles), f"{name}: {what} is still there once the context is freed")
    process.stdin.write(b"\n")
    process.stdin.flush()


def main():
    index = json.loads((PKI / "pki.json").read_text(encoding="utf-8"))
    password = index["password"].encode()
    count = 0
    with tempfile.TemporaryDirectory() as directory:
        password_file = pathlib.Path(directory) / "password"
        password_file.write_bytes(password)
        for backend in backends():
            for key in index["keys"]:
                given = password if key["encrypted"] else None
                itself, sources = secrets((PKI / key["key"]).read_bytes(), given)
                command = [KEEPER, backend, PKI / key["chain"], PKI / key["key"]]
                with subprocess.Popen(command + [password_file] * key["encrypted"],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
                    judge(process, backend, f"{backend}, {key['key']}", itself, sources)
                check(process.returncode == 0, f"{backend}, {key['key']}: status {process.returncode}")
                count += 1
    if faults:
        print(*faults, sep="\n")
    print(f"{count} keys, {len(faults)} faults")
    sys.exit(bool(faults) or not count)


if __name__ == "__main__":
    main()
