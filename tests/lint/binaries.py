#!/usr/bin/env python3
"""What the built libraries show and need.

Usage: binaries.py LIB_DIR      (the build tree's lib/, with plugtls/ beneath)

A backend exports plugtls_backend_entry and nothing else, binds everything at load, is never unloaded
and carries the note that names it. libplugtls exports plugtls_* and nothing else, and neither links a
TLS library nor wants a symbol of one. No file has a search path of this machine in it.
"""

import pathlib
import re
import subprocess
import sys

TLS_LIBRARY = re.compile(r"lib(ssl|crypto|mbed\w*|wolfssl|gnutls|nss\d?|s2n)\b")
TLS_SYMBOL = re.compile(r"^(SSL|TLS|X509|EVP|BIO|ERR|mbedtls|psa|wolfSSL|gnutls)_")

faults = []


def check(good, path, fault):
    if not good:
        faults.append(f"{path.name}: {fault}")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(path, which):
    lines = output("nm", "--dynamic", "--format=posix", which, path).splitlines()
    return {line.split()[0].split("@")[0] for line in lines}


def check_search_path(path, dynamic):
    for entry in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", dynamic):
        for part in entry.split(":"):
            check(part.startswith("$ORIGIN"), path, f"search path {entry!r}")


def check_backend(path):
    name = path.stem.removeprefix("plugtls-")
    exported = symbols(path, "--defined-only")
    check(exported == {"plugtls_backend_entry"}, path, f"exports {sorted(exported)}")
    dynamic = output("readelf", "--dynamic", "--wide", path)
    check("NODELETE" in dynamic, path, "can be unloaded (-z nodelete)")
    check("BIND_NOW" in dynamic or " NOW" in dynamic, path, "binds lazily (-z now)")
    check_search_path(path, dynamic)
    notes = output("readelf", "--notes", "--wide", path)
    owned = re.search(r"plugtls\s+0x[0-9a-f]+.*?description data: ([0-9a-f ]+)", notes, re.S)
    check(owned, path, "has no note")
    if owned:
        description = bytes.fromhex(owned.group(1))
        check(description[4:] == name.encode() + b"\0", path, f"the note says {description!r}")
    segments = output("readelf", "--segments", "--wide", path)
    check(re.search(r"NOTE.*\n(.*\n)*.*\.note\.plugtls", segments), path, "no PT_NOTE covers the note")


def check_library(path):
    exported = symbols(path, "--defined-only")
    foreign = sorted(s for s in exported if not s.startswith("plugtls_"))
    check(not foreign, path, f"exports {foreign}")
    dynamic = output("readelf", "--dynamic", "--wide", path)
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    check(not any(map(TLS_LIBRARY.match, needed)), path, f"links {needed}")
    wanted = sorted(filter(TLS_SYMBOL.match, symbols(path, "--undefined-only")))
    check(not wanted, path, f"wants {wanted}")
    own = sorted(set(re.findall(r"\b(plugtls_\w+)", output("readelf", "--relocs", "--wide", path))))
    check(not own, path, f"reaches {own} through the dynamic linker, who may know another copy's (-Bsymbolic)")
    check("SONAME" in dynamic and "libplugtls.so.1]" in dynamic, path, "soname")
    check_search_path(path, dynamic)


def main():
    lib = pathlib.Path(sys.argv[1])
    backends = sorted((lib / "plugtls").glob("plugtls-*.so"))
    for path in backends:
        check_backend(path)
    check_library(lib / "libplugtls.so.1")
    # A tree without any would be green, and say nothing.
    check(backends, lib / "plugtls", "has no backend in it")
    if faults:
        print(*faults, sep="\n")
    print(f"libplugtls and {len(backends)} backends, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
