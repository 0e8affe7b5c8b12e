#!/usr/bin/env python3
"""Makes the certificates that plugtls compare measures and judges with, as a C++ source.

Usage: make_fixtures.py PKI-DIRECTORY FIXTURES.CPP

The installed program has no test PKI beside it, so they are compiled in. They are made anew in each build, so no
private key is ever in the repository; whoever reads the program can have these keys, and nothing trusts them but
the program's own measurements. The chains to be judged are the conformance suite's, made for a fixed day: the
program judges them as of that day, whenever it runs.
"""

import datetime
import json
import os
import pathlib
import sys

DAY_OF_JUDGEMENT = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
os.environ["PLUGTLS_PKI_TIME"] = str(int(DAY_OF_JUDGEMENT.timestamp()))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/pki"))
import make_pki  # noqa: E402

START, END = datetime.datetime(2020, 1, 1), datetime.datetime(2120, 1, 1)
NEVER = {"start": START, "end": END}


def literal(text):
    assert ')PEM"' not in text
    return f'R"PEM({text})PEM"'


def certificates(ders):
    return "".join(make_pki.pem("CERTIFICATE", der) for der in ders)


def identity(kind):
    """Root, intermediate, server and client, all of one key type."""
    root = make_pki.authority(f"plugtls compare {kind} root", key=make_pki.new_key(kind), **NEVER)
    ca = make_pki.authority(f"plugtls compare {kind} intermediate", root,
                            key=make_pki.new_key(kind), path_length=0, **NEVER)
    server = make_pki.leaf(ca, kind=kind, **NEVER)
    client = make_pki.leaf(ca, kind=kind, common_name="client.test", names=["client.test"], addresses=[],
                           purposes=[make_pki.ExtendedKeyUsageOID.CLIENT_AUTH], **NEVER)
    fields = [certificates([root.der])]
    for entity in (server, client):
        fields += [certificates(entity.chain()), make_pki.pem("PRIVATE KEY", entity.key_der)]
    return "{" + ",\n ".join(literal(field) for field in fields) + "}"


def verification_cases(directory):
    """The conformance suite's cases, servers' and clients'."""
    index = json.loads((directory / "pki.json").read_text(encoding="utf-8"))
    for kind in ("cases", "clients"):
        for case in index[kind]:
            if not case["expect"].startswith(("PLUGTLS_E_CERT_", "PLUGTLS_E_NONE")):
                continue  # it is about something else than the chain
            expect = case["expect"].removeprefix("PLUGTLS_E_").lower()

            def text_of(*names):
                return literal("".join((directory / n).read_text(encoding="utf-8") for n in names))

            yield "{" + ", ".join([
                json.dumps(case["name"]), json.dumps(case["note"], ensure_ascii=False),
                text_of(case["chain"]), json.dumps(case["host"] or "", ensure_ascii=False),
                text_of(case["trust"]), text_of(*case["crls"]), json.dumps(expect),
                "true" if kind == "clients" else "false"]) + "}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    directory, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    sys.argv = [sys.argv[0], str(directory)]
    make_pki.main()
    cases = list(verification_cases(directory))
    out.write_text(f"""// Made by make_fixtures.py.
#include "compare/fixtures.hpp"

namespace plugtls::tools::compare {{

const Identity &ecdsa_identity() {{
  static constexpr Identity out = {identity("p256")};
  return out;
}}

const Identity &rsa_identity() {{
  static constexpr Identity out = {identity("rsa2048")};
  return out;
}}

std::chrono::system_clock::time_point day_of_judgement() {{
  return std::chrono::system_clock::from_time_t({int(DAY_OF_JUDGEMENT.timestamp())});
}}

std::span<const VerificationCase> verification_cases() {{
  static constexpr VerificationCase out[] = {{
{(","+chr(10)).join(cases)}}};
  return out;
}}

}}  // namespace plugtls::tools::compare
""", encoding="utf-8")


if __name__ == "__main__":
    main()
