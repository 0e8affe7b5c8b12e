"""Certificates built from DER by hand: what the cryptography module rightly refuses to make.

craft() puts a certificate together from its extensions; every part of it can be replaced.
"""

import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding
from make_pki import DAY, NOW, NULL, SIGNATURES, Entity, der, name_of, new_key, oid

SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
ANY_PURPOSE, SERVER_GATED = "2.5.29.37.0", "2.16.840.1.113730.4.1"

MONTH = 30 * DAY
PAST = {"start": NOW - 12 * MONTH, "end": NOW - MONTH}
FUTURE = {"start": NOW + MONTH, "end": NOW + 12 * MONTH}
PRIVATE = "1.3.6.1.4.1.55555."

USES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
    "key_cert_sign crl_sign encipher_only decipher_only"
).split()

SIGNERS = dict(SIGNATURES)
SIGNERS["rsa-sha256"] = (
    der(0x30, oid("1.2.840.113549.1.1.11") + NULL),
    lambda key, data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
)
SIGNERS["dsa-sha256"] = (
    der(0x30, oid("2.16.840.1.101.3.4.3.2")),
    lambda key, data: key.sign(data, hashes.SHA256()),
)
SIGNERS["rsa-sha1"] = (
    der(0x30, oid("1.2.840.113549.1.1.5") + NULL),
    lambda key, data: key.sign(data, padding.PKCS1v15(), hashes.SHA1()),
)


def integer(value):
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bit_string(data, unused=0):
    return der(0x03, bytes([unused]) + data)


def extension(number, value, critical=None):
    """`critical`: None leaves the default out, anything else is the octet of the BOOLEAN."""
    flag = b"" if critical is None else der(0x01, bytes([critical]))
    return der(0x30, oid(number) + flag + der(0x04, value))


TRUE = 0xFF


def basic(is_ca=False, path_length=None):
    members = der(0x01, b"\xff") if is_ca else b""
    if path_length is not None:
        members += integer(path_length)
    return extension("2.5.29.19", der(0x30, members), TRUE)


def usage(*uses):
    bits = [USES.index(use) for use in uses]
    value = sum(1 << (15 - bit) for bit in bits)
    data = value.to_bytes(2, "big") if max(bits) > 7 else bytes([value >> 8])
    unused = 8 * len(data) - 1 - max(bits)
    return extension("2.5.29.15", bit_string(data, unused), TRUE)


def purposes(*numbers):
    return extension("2.5.29.37", der(0x30, b"".join(map(oid, numbers))))


def dns(name):
    return der(0x82, name if isinstance(name, bytes) else name.encode())


def email(name):
    return der(0x81, name.encode())


def uri(name):
    return der(0x86, name.encode())


def address(text):
    return der(0x87, ipaddress.ip_address(text).packed)


def network(text):
    net = ipaddress.ip_network(text)
    return der(0x87, net.network_address.packed + net.netmask.packed)


def directory(name):
    return der(0xA4, name.public_bytes())


def other_name(number, text):
    return der(0xA0, oid(number) + der(0xA0, der(0x0C, text.encode())))


def names(*alternatives):
    return extension("2.5.29.17", der(0x30, b"".join(alternatives)))


def constraints(permitted=(), excluded=(), tail=b""):
    """`tail`: what follows the base in each GeneralSubtree, its distances say."""
    members = b""
    for tag, bases in ((0xA0, permitted), (0xA1, excluded)):
        if bases:
            members += der(tag, b"".join(der(0x30, base + tail) for base in bases))
    return extension("2.5.29.30", der(0x30, members), TRUE)


def key_id(key):
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest


def own_key_id(key):
    return extension("2.5.29.14", der(0x04, key_id(key)))


def issuer_key_id(key):
    return extension("2.5.29.35", der(0x30, der(0x80, key_id(key))))


def utc(moment):
    return der(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def validity(start, end):
    return der(0x30, utc(start) + utc(end))


def spki(key):
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def explicit_p256(key):
    """The key with its curve's parameters spelled out (SEC 1, C.2)."""
    p = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    octets = [value.to_bytes(32, "big") for value in (p - 3, b, x, y)]
    parameters = der(
        0x30,
        integer(1)
        + der(0x30, oid("1.2.840.10045.1.1") + integer(p))
        + der(0x30, der(0x04, octets[0]) + der(0x04, octets[1]))
        + der(0x04, b"\x04" + octets[2] + octets[3])
        + integer(n)
        + integer(1),
    )
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return der(0x30, der(0x30, oid("1.2.840.10045.2.1") + parameters) + bit_string(point))


def signature_for(key):
    kinds = {ec.EllipticCurvePrivateKey: "ecdsa-sha256", dsa.DSAPrivateKey: "dsa-sha256"}
    return next((name for kind, name in kinds.items() if isinstance(key, kind)), "rsa-sha256")


def craft(
    issuer,
    extensions,
    subject="server.test",
    key=None,
    key_info=None,
    version=2,
    start=NOW - DAY,
    end=NOW + 3650 * DAY,
    times=None,
    signed_by=None,
    signature=None,
    outer=None,
    tail=b"",
):
    """An Entity; `issuer` None: self-signed. `extensions` is a list of Extension, or None for none at all.

    `signed_by` is a key that is not the issuer's; `outer` an AlgorithmIdentifier that is not the signed one.
    """
    key = key or new_key()
    name = name_of(subject) if isinstance(subject, str) else subject
    issuer_name, issuer_key = (issuer.subject, issuer.key) if issuer else (name, key)
    issuer_key = signed_by or issuer_key
    algorithm, sign = SIGNERS[signature or signature_for(issuer_key)]
    parts = [
        der(0xA0, integer(version)) if version else b"",
        integer(x509.random_serial_number()),
        algorithm,
        issuer_name.public_bytes(),
        times or validity(start, end),
        name.public_bytes(),
        key_info or spki(key),
        der(0xA3, der(0x30, b"".join(extensions))) if extensions is not None else b"",
    ]
    tbs = der(0x30, b"".join(parts))
    signed = der(0x30, tbs + (outer or algorithm) + bit_string(sign(issuer_key, tbs))) + tail
    return Entity(signed, key, issuer)


def leaf_extensions(*alternatives, uses=("digital_signature",), purpose=SERVER_AUTH):
    out = [basic(), usage(*uses), purposes(purpose)]
    return out + [names(*(alternatives or (dns("server.test"),)))]


def ca_extensions(path_length=None, uses=("key_cert_sign", "crl_sign")):
    return [basic(True, path_length), usage(*uses)]

