#!/usr/bin/env python3
"""Makes the test certificates, keys and CRLs, and pki.json, which says what each is for.

Usage: make_pki.py DIRECTORY

Files, for each certificate NAME: NAME.pem and NAME.der (the certificate alone), NAME.chain.pem (what a
peer presents: the certificate and its intermediates, leaf first, without the root), NAME.chain.tls (the
same as the body of a TLS 1.2 Certificate message), NAME.key.pem and NAME.key.der (PKCS#8). Keys in other shapes: NAME.<shape>.key.pem or .der, listed in pki.json.

pki.json has "cases" (a chain, the name to verify it against, the trust anchors, and the error code that
every backend has to answer), "clients" (the same, presented by a client), "parity" and "parity_clients"
(more of both, see bad_chains.py), "keys" and "malformed".
Everything is made anew in each build tree: nothing can expire in the repository, and no private key is
ever in it.
"""

import base64
import datetime
import ipaddress
import json
import os
import pathlib
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

# Now, or when PLUGTLS_PKI_TIME (Unix time) says: the chains compiled into plugtls compare are of a fixed day.
NOW = datetime.datetime.fromtimestamp(
    int(os.environ.get("PLUGTLS_PKI_TIME", time.time())), datetime.timezone.utc
).replace(tzinfo=None)
DAY = datetime.timedelta(days=1)
PASSWORD = "correct horse"

SERVER_NAMES = ("server.test", "*.wild.test", "localhost", "xn--bcher-kva.test")
SERVER_ADDRESSES = ("127.0.0.1", "::1")

OK = "PLUGTLS_E_NONE"


def code(name):
    return "PLUGTLS_E_CERT_" + name


# --- DER ------------------------------------------------------------------------------------------
# What the cryptography module rightly refuses to make is made by taking a certificate apart, changing
# a part and signing it again.


def der(tag, body):
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def split(sequence):
    """The elements of a DER SEQUENCE, each with its tag and length."""

    def body_of(data, at):
        first = data[at + 1]
        if first < 0x80:
            return at + 2, first
        count = first & 0x7F
        return at + 2 + count, int.from_bytes(data[at + 2 : at + 2 + count], "big")

    start, size = body_of(sequence, 0)
    at, end, parts = start, start + size, []
    while at < end:
        body, length = body_of(sequence, at)
        parts.append(sequence[at : body + length])
        at = body + length
    return parts


def oid(dotted):
    numbers = [int(n) for n in dotted.split(".")]
    out = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | (number & 0x7F))
        out += bytes(reversed(digits))
    return der(0x06, out)


NULL = der(0x05, b"")
RSA_PSS_KEY = der(0x30, oid("1.2.840.113549.1.1.10"))
SIGNATURES = {  # name: (AlgorithmIdentifier, how to sign)
    "ecdsa-sha256": (
        der(0x30, oid("1.2.840.10045.4.3.2")),
        lambda key, data: key.sign(data, ec.ECDSA(hashes.SHA256())),
    ),
    "ecdsa-sha1": (
        der(0x30, oid("1.2.840.10045.4.1")),
        lambda key, data: key.sign(data, ec.ECDSA(hashes.SHA1())),
    ),
    "rsa-md5": (
        der(0x30, oid("1.2.840.113549.1.1.4") + NULL),
        lambda key, data: key.sign(data, padding.PKCS1v15(), hashes.MD5()),
    ),
    "rsa-pss-sha1": (  # every parameter at its default
        der(0x30, oid("1.2.840.113549.1.1.10") + der(0x30, b"")),
        lambda key, data: key.sign(
            data, padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA1()
        ),
    ),
    "rsa-pss-sha256": (
        der(
            0x30,
            oid("1.2.840.113549.1.1.10")
            + der(
                0x30,
                der(0xA0, der(0x30, oid("2.16.840.1.101.3.4.2.1") + NULL))
                + der(
                    0xA1,
                    der(
                        0x30,
                        oid("1.2.840.113549.1.1.8")
                        + der(0x30, oid("2.16.840.1.101.3.4.2.1") + NULL),
                    ),
                )
                + der(0xA2, der(0x02, b"\x20")),
            ),
        ),
        lambda key, data: key.sign(
            data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
        ),
    ),
}


def resign(certificate, issuer_key, signature="ecdsa-sha256", change=lambda parts: parts):
    """The certificate's DER with the parts of its TBSCertificate changed, signed again.

    The parts: 0 version, 1 serial, 2 signature algorithm, 3 issuer, 4 validity, 5 subject, 6 key,
    7 extensions.
    """
    algorithm, sign = SIGNATURES[signature]
    parts = split(certificate.tbs_certificate_bytes)
    parts[2] = algorithm
    tbs = der(0x30, b"".join(change(parts)))
    return der(0x30, tbs + algorithm + der(0x03, b"\0" + sign(issuer_key, tbs)))


def with_extensions_twice(parts):
    extensions = split(split(parts[7])[0])
    parts[7] = der(0xA3, der(0x30, b"".join(extensions + extensions[-1:])))
    return parts


def without_extensions(parts):
    """Version 1, which has no extensions."""
    return parts[1:7]


def with_pss_key(parts):
    parts[6] = der(0x30, RSA_PSS_KEY + split(parts[6])[1])
    return parts


def with_pss_key_too(entity):
    """The private key as the certificate has the public one."""
    version, _, octets = split(entity.key_der)[:3]
    entity.key_der = der(0x30, version + RSA_PSS_KEY + octets)
    return entity


# --- Certificates ---------------------------------------------------------------------------------


class Entity:
    """A certificate with its key, and the chain up to but without the root."""

    def __init__(self, der_bytes, key, issuer):
        self.der = der_bytes
        self.key = key
        self.issuer = issuer  # None: self-signed
        self.key_der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def subject(self):
        return x509.load_der_x509_certificate(self.der).subject

    def chain(self):
        out, entity = [], self
        while entity is not None and (entity.issuer is not None or entity is self):
            out.append(entity.der)
            entity = entity.issuer
        return out


def pem(label, data):
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def new_key(kind="p256"):
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1}[kind]())


def name_of(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*uses):
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    ).split()
    return x509.KeyUsage(**{name: name in uses for name in names})


def builder(subject, public_key, issuer_name, issuer_key, start, end):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )


def sign(certificate, key):
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return certificate.sign(key, algorithm)


def authority(
    common_name,
    issuer=None,
    key=None,
    is_ca=True,
    path_length=None,
    uses=("key_cert_sign", "crl_sign"),
    constraints=None,
    extra=None,
    start=NOW - DAY,
    end=NOW + 7300 * DAY,
    change=None,
):
    key = key or new_key()
    subject = name_of(common_name)
    issuer_name, issuer_key = (issuer.subject, issuer.key) if issuer else (subject, key)
    certificate = builder(subject, key.public_key(), issuer_name, issuer_key, start, end)
    certificate = certificate.add_extension(
        x509.BasicConstraints(is_ca, path_length if is_ca else None), critical=True
    ).add_extension(key_usage(*uses), critical=True)
    if constraints:
        certificate = certificate.add_extension(constraints, critical=True)
    if extra:
        certificate = certificate.add_extension(extra, critical=False)
    certificate = sign(certificate, issuer_key)
    data = certificate.public_bytes(serialization.Encoding.DER)
    if change:
        data = resign(certificate, issuer_key, change=change)
    return Entity(data, key, issuer)


def leaf(
    issuer,
    common_name="server.test",
    names=SERVER_NAMES,
    addresses=SERVER_ADDRESSES,
    key=None,
    kind="p256",
    purposes=(ExtendedKeyUsageOID.SERVER_AUTH,),
    uses=("digital_signature",),
    start=NOW - DAY,
    end=NOW + 3650 * DAY,
    extra=None,
    must_staple=False,
    signature=None,
    change=None,
):
    key = key or new_key(kind)
    subject = name_of(common_name)
    issuer_name, issuer_key = (issuer.subject, issuer.key) if issuer else (subject, key)
    certificate = builder(subject, key.public_key(), issuer_name, issuer_key, start, end)
    certificate = certificate.add_extension(x509.BasicConstraints(False, None), critical=True)
    if uses:
        certificate = certificate.add_extension(key_usage(*uses), critical=True)
    if purposes:
        certificate = certificate.add_extension(
            x509.ExtendedKeyUsage(list(purposes)), critical=False
        )
    alternatives = [x509.DNSName(n) for n in names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
    if alternatives:
        certificate = certificate.add_extension(
            x509.SubjectAlternativeName(alternatives), critical=False
        )
    if extra:
        certificate = certificate.add_extension(extra, critical=True)
    if must_staple:
        certificate = certificate.add_extension(
            x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False
        )
    certificate = sign(certificate, issuer_key)
    data = certificate.public_bytes(serialization.Encoding.DER)
    if signature or change:
        data = resign(
            certificate, issuer_key, signature or "ecdsa-sha256", change or (lambda parts: parts)
        )
    return Entity(data, key, issuer)


def crl(issuer, revoked=(), start=NOW - DAY, end=NOW + 3650 * DAY, claims=None, extra=None):
    """`claims`: the key the CRL says it is signed with; `extra`: a critical extension."""
    public_key = (claims or issuer.key).public_key()
    out = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(start)
        .next_update(end)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key), critical=False
        )
    )
    if extra:
        out = out.add_extension(extra, critical=True)
    for entity in revoked:
        serial = x509.load_der_x509_certificate(entity.der).serial_number
        out = out.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(start)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    return out.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def staple(entity, status="good", responder=None, start=NOW - DAY, end=NOW + 3650 * DAY,
           hashed=hashes.SHA256(), by_name=False, extra=None):
    """An OCSP response about an entity, by its issuer unless a responder is given; `extra`: is it
    critical, an extension that nobody knows?"""
    certificate = x509.load_der_x509_certificate(entity.der)
    issuer = x509.load_der_x509_certificate(entity.issuer.der)
    signer = responder or entity.issuer
    signer_certificate = x509.load_der_x509_certificate(signer.der)
    revoked = status == "revoked"
    out = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=certificate,
            issuer=issuer,
            algorithm=hashed,
            cert_status=ocsp.OCSPCertStatus[status.upper()],
            this_update=start,
            next_update=end,
            revocation_time=NOW - DAY if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(
            ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH,
            signer_certificate,
        )
    )
    if extra is not None:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\5\0")
        out = out.add_extension(unknown, critical=extra)
    if responder:
        out = out.certificates([signer_certificate])
    return out.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def resign_staple(response, key, signature):
    """The response, by the same responder, signed in a way that the cryptography module does not know."""
    algorithm, sign = SIGNATURES[signature]
    basic = ocsp.load_der_ocsp_response(response)
    tbs = basic.tbs_response_bytes
    shown = b"".join(c.public_bytes(serialization.Encoding.DER) for c in basic.certificates)
    signed = tbs + algorithm + der(0x03, b"\0" + sign(key, tbs)) + der(0xA0, der(0x30, shown))
    answer = oid("1.3.6.1.5.5.7.48.1.1") + der(0x04, der(0x30, signed))
    return der(0x30, der(0x0A, b"\0") + der(0xA0, der(0x30, answer)))


# --- Output ---------------------------------------------------------------------------------------


class Pki:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.entities = {}
        self.index = {"password": PASSWORD}
        self.index |= {key: [] for key in ("cases", "clients", "keys", "malformed", "staples")}

    def write(self, name, data):
        path = self.directory / name
        data = data.encode() if isinstance(data, str) else data
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(path, flags, 0o600 if ".key." in name else 0o644), "wb") as file:
            file.write(data)

    def add(self, name, entity, chain=None):
        """Writes an entity's files. `chain` replaces what it presents."""
        chain = entity.chain() if chain is None else chain
        self.entities[name] = entity
        self.write(f"{name}.pem", pem("CERTIFICATE", entity.der))
        self.write(f"{name}.der", entity.der)
        self.write(f"{name}.chain.pem", "".join(pem("CERTIFICATE", c) for c in chain))
        sized = b"".join(len(c).to_bytes(3, "big") + c for c in chain)
        self.write(f"{name}.chain.tls", len(sized).to_bytes(3, "big") + sized)
        self.write(f"{name}.key.pem", pem("PRIVATE KEY", entity.key_der))
        self.write(f"{name}.key.der", entity.key_der)
        return entity

    def case(self, name, expect, note, of=None, host="server.test", trust="root.pem", crls=(),
             where="cases"):
        of = of or name
        self.index[where].append(
            {
                "name": name,
                "chain": f"{of}.chain.pem",
                "key": f"{of}.key.pem",
                "host": host if where == "cases" else None,
                "trust": trust,
                "crls": list(crls),
                "expect": expect,
                "note": note,
            }
        )

    def server(self, name, expect, note, entity, chain=None, **how):
        self.add(name, entity, chain)
        self.case(name, expect, note, **how)

    def client(self, name, expect, note, entity, **how):
        self.add(name, entity)
        self.case(name, expect, note, where="clients", **how)

    def staple(self, name, expect, note, of="good-ec", data=None, mode="request", servable=True,
               crls=()):
        """A case for OCSP stapling. `servable`: a server takes the response for its certificate's.
        `crls`: what the client looks the leaf up in, too."""
        if data is not None:
            self.write(f"{name}.ocsp.der", data)
        self.index["staples"].append(
            {
                "name": name,
                "of": of,
                "staple": f"{name}.ocsp.der" if data is not None else None,
                "mode": mode,
                "servable": servable,
                "crls": list(crls),
                "expect": expect,
                "note": note,
            }
        )

    def key_shape(self, of, shape, encoding, form, encrypted):
        name = f"{of}.{shape}.key.{'der' if encoding is serialization.Encoding.DER else 'pem'}"
        protection = (
            serialization.BestAvailableEncryption(PASSWORD.encode())
            if encrypted
            else serialization.NoEncryption()
        )
        self.write(name, self.entities[of].key.private_bytes(encoding, form, protection))
        self.index["keys"].append(
            {"key": name, "chain": f"{of}.chain.pem", "encrypted": encrypted, "note": shape}
        )

    def malformed(self, name, data, expect, note):
        self.write(name, data)
        self.index["malformed"].append({"file": name, "expect": expect, "note": note})


def make_authorities(pki):
    root = pki.add("root", authority("plugtls test root"))
    pki.add("intermediate", authority("plugtls test intermediate", root, path_length=0))
    pki.add("other-root", authority("plugtls test other root"))
    rsa_root = pki.add("rsa-root", authority("plugtls test RSA root", key=new_key("rsa2048")))
    pki.add(
        "rsa-intermediate",
        authority("plugtls test RSA intermediate", root, key=new_key("rsa2048")),
    )
    pki.write("roots.pem", pem("CERTIFICATE", root.der) + pem("CERTIFICATE", rsa_root.der))
    directory = pki.directory / "roots.d"
    directory.mkdir(exist_ok=True)
    pki.write("roots.d/root.pem", pem("CERTIFICATE", root.der))
    pki.write("roots.d/rsa-root.pem", pem("CERTIFICATE", rsa_root.der))


def make_good(pki):
    root, ca = pki.entities["root"], pki.entities["intermediate"]
    pki.server("good-ec", OK, "ECDSA P-256", leaf(ca))
    rsa_uses = ("digital_signature", "key_encipherment")
    pki.server("good-rsa", OK, "RSA-2048", leaf(ca, kind="rsa2048", uses=rsa_uses))
    pki.server("good-p384", OK, "ECDSA P-384", leaf(ca, kind="p384"))
    pki.server("good-ed25519", OK, "Ed25519", leaf(ca, kind="ed25519"))
    pss = with_pss_key_too(leaf(ca, kind="rsa2048", change=with_pss_key))
    pki.server("good-pss", OK, "a key for RSASSA-PSS only", pss)
    pki.server(
        "good-pss-signature",
        OK,
        "signed with RSASSA-PSS by an RSA intermediate",
        leaf(pki.entities["rsa-intermediate"], signature="rsa-pss-sha256"),
    )
    pki.server(
        "good-rsa-root",
        OK,
        "RSA all the way, no intermediate",
        leaf(pki.entities["rsa-root"], kind="rsa2048", uses=rsa_uses),
        trust="rsa-root.pem",
    )
    pki.server("good-direct", OK, "issued by the root itself", leaf(root))
    pki.server(
        "good-no-usage", OK, "no key usage, no extended key usage", leaf(ca, purposes=(), uses=())
    )
    good = pki.entities["good-ec"]
    pki.server(
        "good-root-included",
        OK,
        "the chain carries the root too",
        good,
        chain=good.chain() + [root.der],
    )
    pki.server(
        "good-unordered",
        OK,
        "intermediates in the wrong order, and one that belongs to nobody",
        good,
        chain=[good.der, root.der, pki.entities["other-root"].der, ca.der],
    )
    permitted = x509.NameConstraints(
        [
            x509.DNSName("test"),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
            x509.IPAddress(ipaddress.ip_network("::1/128")),
        ],
        None,
    )
    pki.server(
        "good-constrained",
        OK,
        "under name constraints that permit it",
        leaf(authority("plugtls test permitting", root, constraints=permitted)),
    )


def make_names(pki):
    ca = pki.entities["intermediate"]
    mismatch, ip_mismatch = code("NAME_MISMATCH"), code("IP_MISMATCH")
    for host, note in (
        ("localhost", "a second DNS name"),
        ("SERVER.Test", "names compare without case"),
        ("server.test.", "a trailing dot names the same host"),
        ("a.wild.test", "a wildcard takes one label"),
        ("xn--bcher-kva.test", "IDNA A-label"),
        ("bücher.test", "IDNA U-label"),
        ("127.0.0.1", "IPv4"),
        ("::1", "IPv6"),
        ("0:0:0:0:0:0:0:1", "IPv6, another spelling"),
    ):
        pki.case(f"name-{host}", OK, note, of="good-ec", host=host)
    for name, host, note in (
        ("wildcard-two-labels", "a.b.wild.test", "a wildcard takes one label only"),
        ("wildcard-no-label", "wild.test", "a wildcard takes one label at least"),
        ("name-suffix", "server.test.evil.test", "the certificate's name is only a prefix"),
        ("name-prefix", "evilserver.test", "the certificate's name is only a suffix"),
    ):
        pki.case(name, mismatch, note, of="good-ec", host=host)
    pki.case("wrong-ipv4", ip_mismatch, "another IPv4 address", of="good-ec", host="127.0.0.2")
    pki.case("wrong-ipv6", ip_mismatch, "another IPv6 address", of="good-ec", host="::2")

    def only(*names, addresses=(), common_name="server.test"):
        return leaf(ca, common_name=common_name, names=names, addresses=addresses)

    other = only("other.test", common_name="other.test")
    pki.server("wrong-host", mismatch, "for other.test", other)
    pki.server(
        "wrong-ip",
        ip_mismatch,
        "for 192.0.2.1, asked for 127.0.0.1",
        only(addresses=["192.0.2.1"]),
        host="127.0.0.1",
    )
    pki.server(
        "ip-as-dns", ip_mismatch, "an address written as a DNS name", only("127.0.0.1"),
        host="127.0.0.1",
    )
    pki.server(
        "ip-in-cn",
        ip_mismatch,
        "an address in the common name only",
        only(common_name="127.0.0.1"),
        host="127.0.0.1",
    )
    pki.server("cn-only", mismatch, "the name is in the common name only", only())
    for name, pattern, host, note in (
        ("wildcard-partial", "ser*.test", "server.test", "a wildcard is a whole label"),
        ("wildcard-inner", "www.*.test", "www.wild.test", "a wildcard is the leftmost label"),
        ("wildcard-twice", "*.*.test", "a.wild.test", "one wildcard only"),
        ("wildcard-bare", "*", "localhost", "a wildcard alone matches nothing"),
        ("wildcard-idna", "xn--*.test", "xn--bcher-kva.test", "no wildcard within an A-label"),
    ):
        pki.server(name, mismatch, note, only(pattern), host=host)
    pki.server(
        "name-with-nul", mismatch, "a NUL within the name", only("server.test\0.evil.test")
    )


def make_bad_leaves(pki):
    root, ca = pki.entities["root"], pki.entities["intermediate"]
    rsa_ca = pki.entities["rsa-intermediate"]
    month = 30 * DAY
    pki.server(
        "expired",
        code("EXPIRED"),
        "expired a month ago",
        leaf(ca, start=NOW - 12 * month, end=NOW - month),
    )
    pki.server(
        "not-yet-valid",
        code("NOT_YET_VALID"),
        "valid in a month",
        leaf(ca, start=NOW + month, end=NOW + 12 * month),
    )
    pki.server("self-signed", code("SELF_SIGNED"), "self-signed leaf", leaf(None))
    other_root = pki.entities["other-root"]
    stranger = leaf(other_root)
    pki.server("unknown-issuer", code("UNKNOWN_ISSUER"), "issued by a root not trusted", stranger)
    pki.server(
        "untrusted-root",
        code("UNTRUSTED_ROOT"),
        "the same, and the chain carries that root",
        stranger,
        chain=[stranger.der, other_root.der],
    )
    good = pki.entities["good-ec"]
    pki.server(
        "missing-intermediate",
        code("UNKNOWN_ISSUER"),
        "the chain is the leaf alone",
        good,
        chain=[good.der],
    )
    flipped = bytearray(good.der)
    flipped[-1] ^= 1
    pki.server(
        "bad-signature",
        code("BAD_SIGNATURE"),
        "one bit of the leaf's signature flipped",
        Entity(bytes(flipped), good.key, ca),
    )
    pki.server(
        "bad-eku",
        code("EXTENDED_KEY_USAGE"),
        "for clients only",
        leaf(ca, purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,)),
    )
    pki.server(
        "bad-key-usage",
        code("KEY_USAGE"),
        "may encipher data, not sign handshakes",
        leaf(ca, uses=("data_encipherment",)),
    )
    pki.server(
        "sha1-signature",
        code("WEAK_SIGNATURE"),
        "ECDSA with SHA-1",
        leaf(ca, signature="ecdsa-sha1"),
    )
    pki.server(
        "md5-signature", code("WEAK_SIGNATURE"), "RSA with MD5", leaf(rsa_ca, signature="rsa-md5")
    )
    pki.server("rsa-1024", code("WEAK_KEY"), "RSA with 1024 bits", leaf(ca, kind="rsa1024"))
    # OpenSSL counts it as good as 2048.
    pki.server("rsa-2040", code("WEAK_KEY"), "RSA with 2040 bits", leaf(ca, kind="rsa2040"))
    private = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    pki.server(
        "unknown-critical",
        code("UNKNOWN_CRITICAL_EXTENSION"),
        "a critical extension nobody knows",
        leaf(ca, extra=private),
    )
    pki.server(
        "duplicate-extension",
        code("MALFORMED"),
        "one extension twice",
        leaf(ca, change=with_extensions_twice),
    )
    mismatch = leaf(root)
    mismatch.key_der = good.key_der
    pki.server(
        "key-mismatch", "PLUGTLS_E_KEY_MISMATCH", "the key is another certificate's", mismatch
    )


def make_bad_chains(pki):
    root = pki.entities["root"]
    month = 30 * DAY

    def under(name, expect, note, ca, entity=None, **how):
        pki.server(name, expect, note, entity or leaf(ca), **how)

    under(
        "ca-false",
        code("NOT_A_CA"),
        "the intermediate says CA:FALSE",
        authority("plugtls test CA:FALSE", root, is_ca=False),
    )
    under(
        "ca-no-cert-sign",
        code("NOT_A_CA"),
        "the intermediate may not sign certificates",
        authority("plugtls test no keyCertSign", root, uses=("crl_sign",)),
    )
    under(
        "ca-version-1",
        code("NOT_A_CA"),
        "the intermediate is of version 1, without extensions",
        authority("plugtls test version 1", root, change=without_extensions),
    )
    under(
        "leaf-as-ca", code("NOT_A_CA"), "issued by another server's leaf", pki.entities["good-ec"]
    )
    short = authority("plugtls test path length 0", root, path_length=0)
    under(
        "path-length",
        code("PATH_LENGTH"),
        "an intermediate below one with path length 0",
        authority("plugtls test one too many", short),
    )
    under(
        "expired-intermediate",
        code("EXPIRED"),
        "the intermediate has expired, the leaf has not",
        authority("plugtls test expired", root, start=NOW - 24 * month, end=NOW - month),
    )
    under(
        "future-intermediate",
        code("NOT_YET_VALID"),
        "the intermediate is not yet valid, the leaf is",
        authority("plugtls test future", root, start=NOW + month, end=NOW + 24 * month),
    )
    old_root = authority("plugtls test old root", start=NOW - 24 * month, end=NOW - month)
    pki.add("expired-root-anchor", old_root)
    under(
        "expired-root",
        code("EXPIRED"),
        "the trust anchor has expired",
        old_root,
        trust="expired-root-anchor.pem",
    )

    purpose = authority(
        "plugtls test for clients only",
        root,
        extra=x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
    )
    under(
        "ca-bad-eku",
        code("EXTENDED_KEY_USAGE"),
        "the intermediate's extended key usage is for clients",
        purpose,
    )

    networks = {"v4": ipaddress.ip_network("10.0.0.0/8"), "v6": ipaddress.ip_network("fd00::/8")}
    loopback = ipaddress.ip_network("127.0.0.0/8")
    local6 = ipaddress.ip_network("::1/128")
    for name, permitted, excluded, names, addresses, host in (
        ("dns-permitted", [x509.DNSName("other.test")], None, ["server.test"], [], "server.test"),
        ("dns-excluded", None, [x509.DNSName("server.test")], ["server.test"], [], "server.test"),
        # OpenSSL compares the dot, and a name that ends in one is the same name.
        ("dns-excluded-dot", None, [x509.DNSName("server.test")], ["server.test."], [],
         "server.test"),
        ("dns-excluded-wildcard", None, [x509.DNSName("host.wild.test")], ["*.wild.test"], [],
         "host.wild.test"),
        ("ip-permitted", [x509.IPAddress(networks["v4"])], None, [], ["127.0.0.1"], "127.0.0.1"),
        ("ip-excluded", None, [x509.IPAddress(loopback)], [], ["127.0.0.1"], "127.0.0.1"),
        ("ip6-permitted", [x509.IPAddress(networks["v6"])], None, [], ["::1"], "::1"),
        ("ip6-excluded", None, [x509.IPAddress(local6)], [], ["::1"], "::1"),
    ):
        ca = authority(
            f"plugtls test {name}", root, constraints=x509.NameConstraints(permitted, excluded)
        )
        under(
            f"constraints-{name}",
            code("NAME_CONSTRAINTS"),
            f"violates name constraints: {name}",
            ca,
            leaf(ca, names=names, addresses=addresses),
            host=host,
        )


def make_revocation(pki):
    root, ca = pki.entities["root"], pki.entities["intermediate"]
    crls = ("root.crl.pem", "intermediate.crl.pem")
    revoked = leaf(ca)
    withdrawn = authority("plugtls test revoked intermediate", root)
    pki.write("root.crl.pem", pem("X509 CRL", crl(root, [withdrawn])))
    pki.write("intermediate.crl.pem", pem("X509 CRL", crl(ca, [revoked])))
    pki.write("intermediate.crl.der", crl(ca, [revoked]))
    stale = crl(ca, [revoked], start=NOW - 60 * DAY, end=NOW - 30 * DAY)
    pki.write("expired.crl.pem", pem("X509 CRL", stale))
    pki.server("revoked", code("REVOKED"), "revoked by its issuer's CRL", revoked, crls=crls)
    pki.server(
        "revoked-intermediate",
        code("REVOKED"),
        "its intermediate is revoked by the root's CRL",
        leaf(withdrawn),
        crls=("root.crl.pem", "revoked-intermediate.crl.pem"),
    )
    pki.write("revoked-intermediate.crl.pem", pem("X509 CRL", crl(withdrawn)))
    pki.case("not-revoked", OK, "CRLs that do not list it", of="good-ec", crls=crls)
    pki.case(
        "crl-missing",
        code("CRL_MISSING"),
        "there is no CRL of its issuer",
        of="good-ec",
        crls=("root.crl.pem",),
    )
    pki.case(
        "crl-expired",
        code("CRL_INVALID"),
        "its issuer's CRL has expired",
        of="good-ec",
        crls=("root.crl.pem", "expired.crl.pem"),
    )


def make_staples(pki):
    """OCSP responses; the rules are those of docs/verification.md."""
    root, ca, good = (pki.entities[name] for name in ("root", "intermediate", "good-ec"))
    invalid, missing = code("OCSP_INVALID"), code("OCSP_MISSING")

    def responder(issuer, **how):
        how.setdefault("purposes", (ExtendedKeyUsageOID.OCSP_SIGNING,))
        return leaf(issuer, common_name="responder.test", names=[], addresses=[], **how)

    must = pki.add("must-staple", leaf(ca, must_staple=True))
    pki.staple("staple-none", OK, "asked for, not required, not there")
    pki.staple("staple-required", missing, "required and not there", mode="require")
    pki.staple("staple-must-none", missing, "the certificate must have one", of="must-staple")
    pki.staple("staple-must-unasked", OK, "... but was not asked for", of="must-staple", mode="none")
    pki.staple("staple-must", OK, "... and has one", of="must-staple", data=staple(must))
    pki.staple("staple-good", OK, "by the issuer", data=staple(good), mode="require")
    pki.staple("staple-delegated", OK, "by a responder of the issuer's",
               data=staple(good, responder=responder(ca)), mode="require")
    pki.staple("staple-by-name", OK, "by the issuer, which it names; digests by SHA-1",
               data=staple(good, by_name=True, hashed=hashes.SHA1()), mode="require")
    pki.staple("staple-delegated-by-name", OK, "by a responder of the issuer's, which it names",
               data=staple(good, responder=responder(ca), by_name=True), mode="require")
    pki.staple("staple-extension", OK, "with an extension that nobody knows",
               data=staple(good, extra=False), mode="require")
    pki.staple("staple-critical", invalid, "with a critical extension that nobody knows",
               data=staple(good, extra=True))
    pki.staple("staple-critical-revoked", invalid, "the same, and it says revoked",
               data=staple(good, "revoked", extra=True))
    pki.staple("staple-revoked", code("REVOKED"), "revoked", data=staple(good, "revoked"))
    pki.staple("staple-revoked-unasked", OK, "revoked, but nobody looks", mode="none",
               data=staple(good, "revoked"))
    pki.staple("staple-unknown", invalid, "the responder does not know it",
               data=staple(good, "unknown"))
    pki.staple("staple-expired", invalid, "nextUpdate has passed",
               data=staple(good, start=NOW - 9 * DAY, end=NOW - 2 * DAY))
    pki.staple("staple-future", invalid, "thisUpdate is still to come",
               data=staple(good, start=NOW + 30 * DAY, end=NOW + 60 * DAY))
    pki.staple("staple-no-next", OK, "without nextUpdate, but fresh",
               data=staple(good, start=NOW - DAY / 24, end=None))
    pki.staple("staple-no-next-old", invalid, "without nextUpdate, three days old",
               data=staple(good, start=NOW - 3 * DAY, end=None))
    broken = bytearray(staple(good))
    broken[-1] ^= 1
    pki.staple("staple-bad-signature", invalid, "its signature does not hold", data=bytes(broken))
    by_rsa = responder(ca, kind="rsa2048")
    shown = staple(good, responder=by_rsa)
    pki.staple("staple-pss", OK, "signed by RSASSA-PSS with SHA-256", mode="require",
               data=resign_staple(shown, by_rsa.key, "rsa-pss-sha256"))
    pki.staple("staple-pss-sha1", invalid, "signed by RSASSA-PSS with SHA-1",
               data=resign_staple(shown, by_rsa.key, "rsa-pss-sha1"))
    pki.staple("staple-not-a-responder", invalid, "by a certificate that is not for OCSP",
               data=staple(good, responder=leaf(ca)))
    pki.staple("staple-other-issuer", invalid, "by a responder of another authority's",
               data=staple(good, responder=responder(root)))
    pki.staple("staple-self", invalid, "by the certificate itself", data=staple(good, responder=good))
    pki.staple("staple-old-responder", invalid, "its responder's certificate has expired",
               data=staple(good, responder=responder(ca, start=NOW - 360 * DAY, end=NOW - DAY)))
    pki.staple("staple-other", invalid, "about another certificate", servable=False,
               data=staple(must))
    pki.staple("staple-try-later", invalid, "no answer at all", servable=False,
               data=ocsp.OCSPResponseBuilder.build_unsuccessful(
                   ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(serialization.Encoding.DER))
    pki.staple("staple-malformed", invalid, "not DER", servable=False, data=staple(good)[:-9])
    # The place in the order: before times.
    expired = pki.entities["expired"]
    pki.staple("staple-expired-revoked", code("REVOKED"), "revoked, and expired", of="expired",
               data=staple(expired, "revoked"))
    pki.staple("staple-expired-good", code("EXPIRED"), "expired, and not revoked", of="expired",
               data=staple(expired))
    pki.staple("staple-expired-none", missing, "expired, and without the required response",
               of="expired", mode="require")
    # ... and before the leaf's CRL.
    revoked, listed, unlisted = pki.entities["revoked"], ("intermediate.crl.pem",), ("root.crl.pem",)
    pki.staple("staple-crl-good", OK, "good, and not in the CRL", data=staple(good), mode="require",
               crls=listed)
    pki.staple("staple-crl-revoked", code("REVOKED"), "good, but revoked by the CRL", of="revoked",
               data=staple(revoked), crls=listed)
    pki.staple("staple-crl-missing", code("CRL_MISSING"), "good, but there is no CRL",
               data=staple(good), crls=unlisted)
    pki.staple("staple-revoked-crl-missing", code("REVOKED"), "revoked, and there is no CRL",
               data=staple(good, "revoked"), crls=unlisted)
    pki.staple("staple-revoked-crl-expired", code("REVOKED"), "revoked, and the CRL has expired",
               data=staple(good, "revoked"), crls=("expired.crl.pem",))
    pki.staple("staple-invalid-crl-revoked", invalid, "out of date, and revoked by the CRL",
               of="revoked", data=staple(revoked, start=NOW - 9 * DAY, end=NOW - 2 * DAY),
               crls=listed)
    pki.staple("staple-none-crl-revoked", missing, "required and not there, and revoked by the CRL",
               of="revoked", mode="require", crls=listed)


def make_clients(pki):
    ca = pki.entities["intermediate"]

    def client(**how):
        how.setdefault("purposes", (ExtendedKeyUsageOID.CLIENT_AUTH,))
        how.setdefault("issuer", ca)
        return leaf(common_name="client.test", names=["client.test"], addresses=[], **how)

    pki.client("client-ec", OK, "ECDSA P-256", client())
    pki.client("client-rsa", OK, "RSA-2048", client(kind="rsa2048"))
    pki.client("client-ed25519", OK, "Ed25519", client(kind="ed25519"))
    pki.add("client-p384", client(kind="p384"))
    pki.add("client-pss", with_pss_key_too(client(kind="rsa2048", change=with_pss_key)))
    pki.client(
        "client-expired",
        code("EXPIRED"),
        "expired a month ago",
        client(start=NOW - 360 * DAY, end=NOW - 30 * DAY),
    )
    pki.client(
        "client-bad-eku",
        code("EXTENDED_KEY_USAGE"),
        "for servers only",
        client(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
    )
    pki.client(
        "client-unknown-issuer",
        code("UNKNOWN_ISSUER"),
        "issued by a root not trusted",
        client(issuer=pki.entities["other-root"]),
    )
    pki.client("client-self-signed", code("SELF_SIGNED"), "self-signed", client(issuer=None))


def make_keys(pki):
    encoding, form = serialization.Encoding, serialization.PrivateFormat
    for of, traditional in (("good-ec", "sec1"), ("good-rsa", "pkcs1")):
        pki.key_shape(of, traditional, encoding.PEM, form.TraditionalOpenSSL, False)
        pki.key_shape(of, traditional, encoding.DER, form.TraditionalOpenSSL, False)
        pki.key_shape(of, f"{traditional}-encrypted", encoding.PEM, form.TraditionalOpenSSL, True)
        pki.key_shape(of, "pkcs8", encoding.PEM, form.PKCS8, False)
        pki.key_shape(of, "pkcs8", encoding.DER, form.PKCS8, False)
        pki.key_shape(of, "pkcs8-encrypted", encoding.PEM, form.PKCS8, True)
        pki.key_shape(of, "pkcs8-encrypted", encoding.DER, form.PKCS8, True)


def make_malformed(pki):
    good = pki.entities["good-ec"]
    certificate, key = pem("CERTIFICATE", good.der), pem("PRIVATE KEY", good.key_der)
    bad_certificate, bad_key = "PLUGTLS_E_CERTIFICATE_MALFORMED", "PLUGTLS_E_KEY_MALFORMED"
    broken = bytearray(good.der)
    broken[1] ^= 0x7F
    pki.malformed("malformed-empty.pem", "", bad_certificate, "an empty file")
    pki.malformed("malformed-text.pem", "not PEM\n" * 9, bad_certificate, "no PEM in it")
    pki.malformed(
        "malformed-base64.pem", certificate.replace("A", "!"), bad_certificate, "not base64"
    )
    pki.malformed(
        "malformed-truncated.pem",
        certificate[: len(certificate) // 2],
        bad_certificate,
        "ends in the middle",
    )
    pki.malformed(
        "malformed-der.pem",
        pem("CERTIFICATE", bytes(broken)),
        bad_certificate,
        "PEM of what is not DER",
    )
    pki.malformed(
        "malformed-second.pem",
        certificate + pem("CERTIFICATE", bytes(broken)),
        bad_certificate,
        "a good certificate, then a bad one",
    )
    pki.malformed("malformed-truncated.key.pem", key[: len(key) // 2], bad_key, "ends in the middle")
    pki.malformed(
        "malformed-der.key.pem", pem("PRIVATE KEY", good.key_der[:-9]), bad_key, "PEM of half a key"
    )
    pki.malformed("malformed-certificate.key.pem", certificate, bad_key, "no key in it")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    import bad_chains  # which builds on this file

    pki = Pki(sys.argv[1])
    make_authorities(pki)
    make_good(pki)
    make_names(pki)
    make_bad_leaves(pki)
    make_bad_chains(pki)
    make_revocation(pki)
    make_staples(pki)
    make_clients(pki)
    make_keys(pki)
    make_malformed(pki)
    bad_chains.make(pki)
    # Last, because the build takes it for the sign that everything is there.
    pki.write("pki.json", json.dumps(pki.index, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
