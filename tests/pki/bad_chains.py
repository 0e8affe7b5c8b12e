"""More chains for tests/parity: each rule of docs/verification.md broken once, and what it leaves alone.

They are "parity" and "parity_clients" in pki.json, in the form of "cases" and "clients".
"""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.x509.oid import NameOID
from crafted import (
    ANY_PURPOSE, CLIENT_AUTH, FUTURE, MONTH, PAST, PRIVATE, SERVER_AUTH, SERVER_GATED, TRUE, address,
    basic, bit_string, ca_extensions, constraints, craft, der, directory, dns, email, explicit_p256,
    extension, issuer_key_id, leaf_extensions, network, oid, other_name, own_key_id, purposes, uri,
    usage,
)
from make_pki import NOW, NULL, OK, Entity, code, crl, new_key, pem


class Cases:
    """Adds cases to pki.json: `where` is "parity" or "parity_clients"."""

    def __init__(self, pki, where):
        self.pki, self.where = pki, where
        self.root, self.ca = pki.entities["root"], pki.entities["intermediate"]

    def add(self, name, expect, note, entity, chain=None, host="server.test", trust="root.pem",
            crls=(), crl_check="chain"):
        if isinstance(trust, Entity):
            self.pki.add(f"{name}-anchor", trust)
            trust = f"{name}-anchor.pem"
        elif isinstance(trust, list):
            self.pki.write(f"{name}-anchors.pem",
                           "".join(pem("CERTIFICATE", one.der) for one in trust))
            trust = f"{name}-anchors.pem"
        self.pki.add(name, entity, chain)
        self.pki.index.setdefault(self.where, []).append({
            "name": name, "chain": f"{name}.chain.pem", "key": f"{name}.key.pem",
            "host": host if self.where == "parity" else None, "trust": trust, "crls": list(crls),
            "crl_check": crl_check, "note": note,
            "expect": OK if expect == OK else code(expect),
        })

    def extensions(self, name, expect, note, extensions, **how):
        self.add(name, expect, note, craft(self.ca, extensions), **how)


def malformed_leaves(cases):
    def bad(name, note, extensions=None, **how):
        entity = craft(cases.ca, leaf_extensions() if extensions is None else extensions, **how)
        cases.add(f"malformed-{name}", "MALFORMED", note, entity)

    good = leaf_extensions()
    bad("trailing", "a byte after the certificate", tail=b"\0")
    bad("version-1", "version 1 with extensions", version=0)
    bad("version-4", "there is no version 4", version=3)
    bad("boolean", "critical is TRUE by an octet of 1",
        good + [extension(PRIVATE + "1", NULL, critical=1)])
    bad("twice", "an unknown extension twice", good + 2 * [extension(PRIVATE + "1", NULL)])
    bad("65-extensions", "more extensions than anybody issues",
        good + [extension(f"{PRIVATE}{i}", NULL) for i in range(61)])
    bad("names", "a subjectAltName that is no list", good[:3] + [extension("2.5.29.17", NULL)])
    bad("no-usage", "a key usage without a bit",
        [basic(), extension("2.5.29.15", bit_string(b""), TRUE)] + good[2:])
    bad("no-purpose", "an empty extended key usage",
        good[:2] + [extension("2.5.29.37", der(0x30, b""))] + good[3:])
    bad("time", "a time without its Z",
        times=der(0x30, der(0x17, b"200101000000") + der(0x17, b"400101000000Z")))
    key = new_key()
    garbage = Entity(der(0x30, b"\x30\x03\x02\x01\x07" * 60), key, None)
    cases.add("malformed-not-der", "MALFORMED", "a SEQUENCE, and no certificate", garbage,
              chain=[garbage.der, cases.ca.der])


def tolerated_leaves(cases):
    good = leaf_extensions()
    cases.extensions("tolerated-false", OK, "an explicit FALSE for critical and cA",
                     [extension("2.5.29.19", der(0x30, der(0x01, b"\0")), 0)] + good[1:])
    cases.extensions("tolerated-zero-bits", OK, "a key usage with zero bits at its end",
                     [good[0], extension("2.5.29.15", bit_string(b"\x80"), TRUE)] + good[2:])
    cases.extensions("tolerated-64-extensions", OK, "as many extensions as there may be",
                     good + [extension(f"{PRIVATE}{i}", NULL) for i in range(60)])
    cases.extensions("tolerated-netscape", OK, "a Netscape certificate type for servers",
                     good + [extension("2.16.840.1.113730.1.1", bit_string(b"\x40", 6))])
    policies = der(0x30, der(0x30, oid(PRIVATE + "9")))
    cases.extensions("tolerated-policies", OK, "critical certificate policies",
                     good + [extension("2.5.29.32", policies, TRUE)])
    cases.extensions("tolerated-ca-leaf", OK, "a CA that may sign handshakes too",
                     [basic(True), usage("digital_signature", "key_cert_sign")] + good[2:])


def keys_and_signatures(cases):
    root, ca = cases.root, cases.ca

    def leaf_with(key, info=None):
        return craft(ca, leaf_extensions(), key=key, key_info=info)

    cases.add("weak-p192", "WEAK_KEY", "a key on P-192",
              leaf_with(ec.generate_private_key(ec.SECP192R1())))
    cases.add("weak-dsa", "WEAK_KEY", "a DSA key", leaf_with(dsa.generate_private_key(2048)))
    key = new_key()
    cases.add("explicit-curve", "OTHER", "a key that spells its curve out",
              leaf_with(key, explicit_p256(key)))
    weak = craft(root, ca_extensions(), "plugtls test weak CA", key=new_key("rsa1024"))
    cases.add("weak-ca-key", "WEAK_KEY", "an intermediate with RSA-1024",
              craft(weak, leaf_extensions()))
    weak_root = craft(None, ca_extensions(), "plugtls test weak root", key=new_key("rsa1024"))
    cases.add("weak-root-key", "WEAK_KEY", "an anchor with RSA-1024",
              craft(weak_root, leaf_extensions()), trust=weak_root)
    rsa_root = cases.pki.entities["rsa-root"]
    for name, issuer, signature, trust in (
        ("sha1", root, "ecdsa-sha1", "root.pem"), ("md5", rsa_root, "rsa-md5", "rsa-root.pem"),
    ):
        weak = craft(issuer, ca_extensions(), f"plugtls test {name} CA", signature=signature)
        cases.add(f"{name}-ca", "WEAK_SIGNATURE", f"an intermediate signed with {name}",
                  craft(weak, leaf_extensions()), trust=trust)
    for name, signature in (("rsa-sha1", "rsa-sha1"), ("pss-sha1", "rsa-pss-sha1")):
        cases.add(name, "WEAK_SIGNATURE", f"signed with {signature}",
                  craft(rsa_root, leaf_extensions(), signature=signature), trust="rsa-root.pem")
    sha1_root = craft(None, ca_extensions(), "plugtls test SHA-1 root", signature="ecdsa-sha1")
    cases.add("sha1-root", OK, "nobody relies on the signature of an anchor",
              craft(sha1_root, leaf_extensions()), trust=sha1_root)
    cases.add("algorithms-disagree", "MALFORMED", "the outer algorithm is not the signed one",
              craft(ca, leaf_extensions(), outer=der(0x30, oid("1.2.840.10045.4.3.3"))))
    for name, expect, how in (
        ("weak-dsa-ca", "WEAK_SIGNATURE", {"key": dsa.generate_private_key(2048)}),
        ("explicit-curve-ca", "OTHER", {"key": key, "key_info": explicit_p256(key)}),
        ("algorithms-disagree-ca", "UNKNOWN_ISSUER",
         {"outer": der(0x30, oid("1.2.840.10045.4.3.3"))}),
    ):
        odd = craft(root, ca_extensions(), f"plugtls test {name}", **how)
        cases.add(name, expect, "the same in an intermediate", craft(odd, leaf_extensions()))
    forged = craft(root, ca_extensions(), "plugtls test forged CA", signed_by=new_key())
    cases.add("bad-signature-ca", "BAD_SIGNATURE", "an intermediate the root has not signed",
              craft(forged, leaf_extensions()))
    cases.add("impostor", "BAD_SIGNATURE", "a key that is not the issuer's",
              craft(ca, leaf_extensions(), signed_by=new_key()))


def paths(cases):
    root, ca = cases.root, cases.ca
    broken = craft(root, ca_extensions(), "plugtls test malformed CA", version=0)
    cases.add("malformed-ca", "UNKNOWN_ISSUER", "a malformed certificate is nobody's issuer",
              craft(broken, leaf_extensions()))
    for count, expect in ((10, OK), (11, "CHAIN_TOO_LONG")):
        issuer = root
        for i in range(count):
            issuer = craft(issuer, ca_extensions(), f"plugtls test {count} CAs, {i}")
        cases.add(f"intermediates-{count}", expect, f"{count} intermediates",
                  craft(issuer, leaf_extensions()))
    critical = extension(PRIVATE + "1", NULL, TRUE)
    odd = craft(root, ca_extensions() + [critical], "plugtls test critical CA")
    cases.add("unknown-critical-ca", "UNKNOWN_CRITICAL_EXTENSION", "in an intermediate",
              craft(odd, leaf_extensions()))
    cases.extensions("rfc3779-critical", "UNKNOWN_CRITICAL_EXTENSION", "critical IP resources",
                     leaf_extensions() + [extension("1.3.6.1.5.5.7.1.7", der(0x30, b""), TRUE)])
    keyed = craft(root, ca_extensions() + [own_key_id(new_key())], "plugtls test other key id")
    cases.add("key-id-differs", "UNKNOWN_ISSUER", "its issuer's name has another key identifier",
              craft(keyed, leaf_extensions() + [issuer_key_id(new_key())]))
    keys = [new_key(), new_key()]
    short = craft(root, ca_extensions(0) + [own_key_id(keys[0])], "plugtls test rolled over",
                  key=keys[0])
    rolled = craft(short, ca_extensions(0) + [own_key_id(keys[1]), issuer_key_id(keys[0])],
                   "plugtls test rolled over", key=keys[1])
    cases.add("path-length-self-issued", OK, "what is self-issued is not counted",
              craft(rolled, leaf_extensions() + [issuer_key_id(keys[1])]))
    bare = craft(root, [usage("key_cert_sign")], "plugtls test no basicConstraints")
    cases.add("ca-no-constraints", "NOT_A_CA", "an intermediate without basicConstraints",
              craft(bare, leaf_extensions()))


def anchors(cases):
    def under(name, expect, note, extensions, leaf_names=(), **how):
        anchor = craft(None, extensions, f"plugtls test anchor {name}", **how)
        cases.add(f"anchor-{name}", expect, note, craft(anchor, leaf_extensions(*leaf_names)),
                  trust=anchor)

    ca = ca_extensions()
    under("version-1", OK, "of version 1 and self-issued", None, version=0)
    under("no-constraints", "NOT_A_CA", "of version 3, without basicConstraints",
          [usage("key_cert_sign")])
    under("not-a-ca", "NOT_A_CA", "with CA:FALSE", [basic(), usage("key_cert_sign")])
    under("future", "NOT_YET_VALID", "not yet valid", ca, **FUTURE)
    under("for-clients", "EXTENDED_KEY_USAGE", "for clients", ca + [purposes(CLIENT_AUTH)])
    under("constraints", "NAME_CONSTRAINTS", "with name constraints",
          ca + [constraints([dns("other.test")])])
    under("critical", "UNKNOWN_CRITICAL_EXTENSION", "with a critical extension nobody knows",
          ca + [extension(PRIVATE + "1", NULL, TRUE)])
    short = craft(None, ca_extensions(0), "plugtls test short anchor")
    below = craft(short, ca, "plugtls test below short anchor")
    cases.add("anchor-path-length", "PATH_LENGTH", "with path length 0, and an intermediate",
              craft(below, leaf_extensions()), trust=short)
    cases.add("anchor-intermediate", OK, "an intermediate as anchor",
              craft(cases.ca, leaf_extensions()), trust="intermediate.pem")
    twins = [craft(None, ca, "plugtls test twin anchor") for _ in range(2)]
    for which, twin in zip(("first", "second"), twins):
        cases.add(f"anchor-twin-{which}", OK, f"of two anchors with one name the {which} has signed",
                  craft(twin, leaf_extensions()), trust=twins)
    twins = [craft(cases.root, ca, "plugtls test twin CA") for _ in range(2)]
    leaf = craft(twins[1], leaf_extensions())
    cases.add("intermediate-twin", OK, "of two intermediates with one name the second has signed",
              leaf, chain=[leaf.der, twins[0].der, twins[1].der])
    alone = craft(cases.pki.entities["other-root"], leaf_extensions())
    cases.add("anchor-leaf", OK, "the leaf itself as anchor", alone, trust=alone)
    own = craft(None, leaf_extensions())
    cases.add("anchor-self-signed", OK, "a self-signed leaf as anchor", own, trust=own)
    old = craft(cases.ca, leaf_extensions(), **PAST)
    cases.add("anchor-leaf-expired", "EXPIRED", "the leaf itself, expired, as anchor", old, trust=old)


def usages(cases):
    def leaf_with(name, expect, note, **how):
        cases.extensions(name, expect, note, leaf_extensions(**how))

    leaf_with("eku-any", "EXTENDED_KEY_USAGE", "any purpose is none in particular",
              purpose=ANY_PURPOSE)
    leaf_with("eku-server-gated", "EXTENDED_KEY_USAGE", "server gated cryptography",
              purpose=SERVER_GATED)
    leaf_with("usage-cert-sign", "KEY_USAGE", "may sign certificates only", uses=("key_cert_sign",))
    leaf_with("usage-agreement", "KEY_USAGE", "may agree on keys only", uses=("key_agreement",))
    cases.extensions("eku-netscape", "EXTENDED_KEY_USAGE", "a Netscape certificate type for clients",
                     leaf_extensions() + [extension("2.16.840.1.113730.1.1",
                                                    bit_string(b"\x80", 7))])
    ca = craft(cases.root, ca_extensions() + [purposes(ANY_PURPOSE)], "plugtls test any purpose")
    cases.add("ca-eku-any", "EXTENDED_KEY_USAGE", "an intermediate for any purpose",
              craft(ca, leaf_extensions()))
    rsa_key = new_key("rsa2048")
    cases.add("usage-encipherment", "KEY_USAGE", "an RSA key that may encipher keys only",
              craft(cases.ca, leaf_extensions(uses=("key_encipherment",)), key=rsa_key))


def matching(cases):
    def named(name, expect, note, *alternatives, host="server.test"):
        cases.extensions(f"names-{name}", expect, note, leaf_extensions(*alternatives), host=host)

    named("dot", OK, "a dot at the end in the certificate", dns("server.test."))
    named("u-label", "NAME_MISMATCH", "a U-label in the certificate",
          dns("bücher.test".encode()), host="bücher.test")
    named("space", "NAME_MISMATCH", "white space at the end", dns("server.test "))
    named("two-labels", "NAME_MISMATCH", "a wildcard with one label after it", dns("*.test"))
    named("prefix", "NAME_MISMATCH", "a wildcard after some letters", dns("a*.wild.test"),
          host="ab.wild.test")
    named("a-label", OK, "a wildcard for an A-label", dns("*.wild.test"),
          host="xn--bcher-kva.wild.test")
    named("wild-address", "IP_MISMATCH", "a wildcard for an address", dns("*.0.0.1"),
          host="127.0.0.1")
    named("mapped", "IP_MISMATCH", "an IPv4 address as IPv6", address("::ffff:127.0.0.1"),
          host="127.0.0.1")
    named("five-bytes", "MALFORMED", "an address of five bytes", der(0x87, b"\x7f\0\0\1\0"),
          host="127.0.0.1")
    named("mail", "NAME_MISMATCH", "a mail address alone", email("root@server.test"))
    named("uri", "NAME_MISMATCH", "a URI alone", uri("https://server.test/"))
    named("other", OK, "names of other kinds beside it", other_name(PRIVATE + "2", "x"),
          uri("https://elsewhere.test/"), dns("server.test"))


def name_constraints(cases):
    def under(name, note, limits, *alternatives, expect="NAME_CONSTRAINTS", subject="server.test"):
        ca = craft(cases.root, ca_extensions() + [limits], f"plugtls test limits {name}")
        cases.add(f"limits-{name}", expect, note,
                  craft(ca, leaf_extensions(dns("server.test"), *alternatives), subject=subject))

    def subject(*attributes):
        return x509.Name([x509.NameAttribute(kind, text) for kind, text in attributes])

    ours = subject((NameOID.ORGANIZATION_NAME, "plugtls"))
    host = subject((NameOID.ORGANIZATION_NAME, "plugtls"), (NameOID.COMMON_NAME, "server.test"))
    mail = subject((NameOID.EMAIL_ADDRESS, "root@bad.test"))
    under("mail", "an excluded mail host", constraints((), [email("bad.test")]),
          email("root@bad.test"))
    under("mail-subject", "an excluded mail host, in the subject",
          constraints((), [email("bad.test")]), subject=mail)
    under("uri", "a URI that is not permitted", constraints([uri("good.test")]),
          uri("https://bad.test/"))
    under("uri-address", "a URI whose host is an address", constraints((), [uri("bad.test")]),
          uri("https://127.0.0.1/"))
    under("directory", "a subject that is not permitted", constraints([directory(ours)]))
    under("directory-good", "a subject that is permitted", constraints([directory(ours)]),
          expect=OK, subject=host)
    under("other", "a kind of name that cannot be compared",
          constraints((), [other_name(PRIVATE + "2", "x")]), other_name(PRIVATE + "2", "y"))
    under("distances", "subtrees with distances",
          constraints([dns("server.test")], tail=der(0x80, b"\1")))
    under("family", "an IPv6 address, and only IPv4 is permitted",
          constraints([network("10.0.0.0/8")]), address("::1"))
    under("good", "all of its names are permitted",
          constraints([dns("test"), network("127.0.0.0/8")], [dns("bad.test")]),
          address("127.0.0.1"), expect=OK)
    ca = craft(cases.root, ca_extensions() + [constraints([dns("other.test")])],
               "plugtls test limits common name")
    cases.add("limits-common-name", "NAME_CONSTRAINTS", "a common name where there is no DNS name",
              craft(ca, leaf_extensions(address("127.0.0.1"))), host="127.0.0.1")
    upper = craft(cases.root, ca_extensions() + [constraints((), [dns("server.test")])],
                  "plugtls test limits above")
    cases.add("limits-above", "NAME_CONSTRAINTS", "of the intermediate above its issuer",
              craft(craft(upper, ca_extensions(), "plugtls test limits below"), leaf_extensions()))


def revocation(cases):
    pki, root, ca = cases.pki, cases.root, cases.ca

    def write(name, data):
        pki.write(name, pem("X509 CRL", data))
        return name

    good = craft(ca, leaf_extensions())
    future = write("future.crl.pem", crl(ca, start=NOW + MONTH, end=NOW + 12 * MONTH))
    cases.add("crl-future", "CRL_INVALID", "its issuer's CRL is not yet valid", good,
              crls=["root.crl.pem", future])
    thief = Entity(ca.der, new_key(), root)
    forged = write("forged.crl.pem", crl(thief, claims=ca.key))
    cases.add("crl-other-key", "CRL_MISSING", "a CRL of another key of its issuer's name", good,
              crls=["root.crl.pem", write("other-key.crl.pem", crl(thief))])
    cases.add("crl-forged", "CRL_INVALID", "its issuer has not signed the CRL", good,
              crls=["root.crl.pem", forged])
    cases.add("crl-missing-above", "CRL_MISSING", "there is no CRL of the root", good,
              crls=["intermediate.crl.pem"])
    cases.add("crl-leaf-only", OK, "the root's CRL is not asked for", good,
              crls=["intermediate.crl.pem"], crl_check="leaf")
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier(PRIVATE + "1"), NULL)
    cases.add("crl-critical", "CRL_INVALID", "its CRL has a critical extension nobody knows", good,
              crls=["root.crl.pem", write("critical.crl.pem", crl(ca, extra=strange))])
    mute = craft(root, ca_extensions(uses=("key_cert_sign",)), "plugtls test no cRLSign")
    cases.add("crl-no-sign", "CRL_INVALID", "its issuer may not sign CRLs",
              craft(mute, leaf_extensions()), crls=["root.crl.pem", write("mute.crl.pem", crl(mute))])
    gone, old = craft(ca, leaf_extensions(), **PAST), craft(ca, leaf_extensions(), **PAST)
    cases.add("order-revoked-expired", "REVOKED", "revoked, and expired", gone,
              crls=["root.crl.pem", write("gone.crl.pem", crl(ca, [gone]))])
    cases.add("order-crl-missing-expired", "CRL_MISSING", "no CRL, and expired", old,
              crls=["root.crl.pem"])


def two_faults(cases):
    """The first check that fails decides."""
    ca, stranger = cases.ca, cases.pki.entities["other-root"]
    for_clients = leaf_extensions(purpose=CLIENT_AUTH)
    other = leaf_extensions(dns("other.test"))
    for name, expect, note, entity in (
        ("issuer-expired", "UNKNOWN_ISSUER", "unknown issuer, and expired",
         craft(stranger, leaf_extensions(), **PAST)),
        ("key-issuer", "WEAK_KEY", "weak key, and unknown issuer",
         craft(stranger, leaf_extensions(), key=new_key("rsa1024"))),
        ("purpose-expired", "EXTENDED_KEY_USAGE", "for clients, and expired",
         craft(ca, for_clients, **PAST)),
        ("weak-forged", "WEAK_SIGNATURE", "SHA-1, and not its issuer's",
         craft(ca, leaf_extensions(), signature="ecdsa-sha1", signed_by=new_key())),
        ("forged-expired", "BAD_SIGNATURE", "not its issuer's, and expired",
         craft(ca, leaf_extensions(), signed_by=new_key(), **PAST)),
        ("expired-name", "EXPIRED", "expired, and for another host", craft(ca, other, **PAST)),
    ):
        cases.add(f"order-{name}", expect, note, entity)
    old = craft(cases.root, ca_extensions(), "plugtls test old CA", **PAST)
    cases.add("order-ca-first", "EXPIRED", "intermediate and leaf have expired",
              craft(old, leaf_extensions(), **PAST))
    limited = craft(cases.root, ca_extensions() + [constraints([dns("good.test")])],
                    "plugtls test limits and name")
    cases.add("order-limits-name", "NAME_CONSTRAINTS", "name constraints, and for another host",
              craft(limited, other))


def clients(cases):
    ca, root = cases.ca, cases.root
    extensions = leaf_extensions(dns("client.test"), purpose=CLIENT_AUTH)

    def bad(name, expect, note, entity, **how):
        cases.add(f"client-{name}", expect, note, entity, **how)

    def own(issuer=ca, parts=None, **how):
        return craft(issuer, parts or extensions, "client.test", **how)

    def under(label, parts, **how):
        return own(craft(root, parts, f"plugtls test {label}", **how))

    bad("not-yet-valid", "NOT_YET_VALID", "valid in a month", own(**FUTURE))
    bad("eku-any", "EXTENDED_KEY_USAGE", "any purpose is none in particular",
        own(parts=leaf_extensions(dns("client.test"), purpose=ANY_PURPOSE)))
    bad("encipherment", "KEY_USAGE", "may encipher keys only: no client needs that",
        own(parts=leaf_extensions(dns("client.test"), purpose=CLIENT_AUTH,
                                  uses=("key_encipherment",)), key=new_key("rsa2048")))
    bad("weak-key", "WEAK_KEY", "RSA with 1024 bits", own(key=new_key("rsa1024")))
    bad("sha1", "WEAK_SIGNATURE", "ECDSA with SHA-1", own(signature="ecdsa-sha1"))
    bad("forged", "BAD_SIGNATURE", "not its issuer's signature", own(signed_by=new_key()))
    bad("malformed", "MALFORMED", "an extension twice",
        own(parts=extensions + 2 * [extension(PRIVATE + "1", NULL)]))
    bad("critical", "UNKNOWN_CRITICAL_EXTENSION", "a critical extension nobody knows",
        own(parts=extensions + [extension(PRIVATE + "1", NULL, TRUE)]))
    alone = own()
    bad("missing-intermediate", "UNKNOWN_ISSUER", "the leaf alone", alone, chain=[alone.der])
    other_root = cases.pki.entities["other-root"]
    stranger = own(other_root)
    bad("untrusted-root", "UNTRUSTED_ROOT", "with a root that is not trusted", stranger,
        chain=[stranger.der, other_root.der])
    bad("ca-eku", "EXTENDED_KEY_USAGE", "its issuer is for servers",
        under("for servers only", ca_extensions() + [purposes(SERVER_AUTH)]))
    bad("ca-false", "NOT_A_CA", "its issuer is no CA",
        under("no CA for clients", [basic(), usage("key_cert_sign")]))
    bad("ca-expired", "EXPIRED", "its issuer has expired",
        under("expired for clients", ca_extensions(), **PAST))
    bad("limits", "NAME_CONSTRAINTS", "a name that its issuer may not speak for",
        under("limits for clients", ca_extensions() + [constraints((), [dns("client.test")])]))
    gone = own()
    cases.pki.write("client-gone.crl.pem", pem("X509 CRL", crl(ca, [gone])))
    bad("revoked", "REVOKED", "revoked by its issuer's CRL", gone,
        crls=["root.crl.pem", "client-gone.crl.pem"])
    bad("crl-missing", "CRL_MISSING", "there is no CRL of its issuer", own(),
        crls=["root.crl.pem"])


def make(pki):
    servers = Cases(pki, "parity")
    for group in (malformed_leaves, tolerated_leaves, keys_and_signatures, paths, anchors, usages,
                  matching, name_constraints, revocation, two_faults):
        group(servers)
    clients(Cases(pki, "parity_clients"))
