#!/usr/bin/env python3
"""The programs of docs/examples, each against a peer that is not ours where there is one.

Usage: run_examples.py EXAMPLES PLUGTLS PKI SOFTHSM [UNITTEST-ARGUMENTS]
"""

import contextlib
import os
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import capture  # noqa: E402
import peer_process as peers  # noqa: E402

EXAMPLES = None
PLUGTLS = None
PKI = None
SOFTHSM = None  # the module


@contextlib.contextmanager
def openssl_server(case, *options):
    """`openssl s_server` that answers requests for web pages, any number of them."""
    openssl = peers.program("openssl", "openssl")
    with peers.running(openssl, "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                       PKI / f"{case}.pem", "-cert_chain", PKI / f"{case}.chain.pem", "-key",
                       PKI / f"{case}.key.pem", *options) as process:
        yield process, process.wait_for(rb"ACCEPT \S+:(\d+)").group(1).decode()


@contextlib.contextmanager
def own_server(name, *arguments, **options):
    with peers.running(EXAMPLES / f"example_{name}", *arguments, "0", **options) as process:
        yield process, process.wait_for(rb"listening on \S+:(\d+)").group(1).decode()


@contextlib.contextmanager
def scratch():
    with tempfile.TemporaryDirectory() as name:
        yield pathlib.Path(name)


def identity(case):
    return PKI / f"{case}.chain.pem", PKI / f"{case}.key.pem"


def s_client(port, *options, stdin=""):
    """What `openssl s_client` says, which verifies and stays until the server closes."""
    openssl = peers.program("openssl", "openssl")
    done = peers.run(openssl, "s_client", "-connect", f"127.0.0.1:{port}", "-servername",
                     "server.test", "-CAfile", PKI / "root.pem", "-verify_return_error",
                     "-verify_hostname", "server.test", "-ign_eof", *options, stdin=stdin)
    return done.stdout + done.stderr


def gnutls_cli(port, *options):
    gnutls = peers.program("gnutls-cli", "gnutls-bin")
    done = peers.run(gnutls, "--x509cafile", PKI / "root.pem", "--sni-hostname", "server.test",
                     "--verify-hostname", "server.test", "-p", port, *options, "127.0.0.1")
    return done.returncode, done.stdout + done.stderr


def pin_of(certificate):
    """As curl has it: the digest of the public key."""
    public = peers.run("openssl", "x509", "-in", certificate, "-pubkey", "-noout")
    der = peers.run("openssl", "pkey", "-pubin", "-outform", "DER", stdin=public.stdout)
    digest = peers.run("openssl", "dgst", "-sha256", "-binary", stdin=der.stdout)
    text = peers.run("openssl", "base64", stdin=digest.stdout)
    return "sha256/" + text.stdout.decode().strip()


VERSIONS = ("-tls1_2", "-tls1_3")


class Example(unittest.TestCase):
    def run_client(self, name, port, *options, status=0):
        done = peers.run(EXAMPLES / f"example_{name}", "127.0.0.1", port, "server.test", *options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return (done.stdout + done.stderr).decode()

    def test_resume(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version), openssl_server("good-ec", version) as (_, port):
                said = self.run_client("resume", port, PKI / "root.pem", "4")
                self.assertEqual(said.split(), ["full", "resumed", "resumed", "resumed"])

    def test_pin(self):
        with openssl_server("good-ec") as (_, port):
            wrong = "sha256/" + "A" * 43 + "="
            self.assertIn("cert_rejected",
                          self.run_client("pin", port, PKI / "root.pem", wrong, status=1))
            pin = pin_of(PKI / "good-ec.pem")
            self.assertIn(pin, self.run_client("pin", port, PKI / "root.pem", wrong, pin))

    def test_staple(self):
        for case, status, text in (("staple-good", 0, "not revoked"),
                                   ("staple-revoked", 1, "cert_revoked"),
                                   ("staple-expired", 1, "cert_ocsp_invalid"),
                                   (None, 1, "cert_ocsp_missing")):
            options = ["-status_file", PKI / f"{case}.ocsp.der"] if case else []
            for version in ("-tls1_2", "-tls1_3"):
                with self.subTest(case=case, version=version), \
                     openssl_server("good-ec", version, *options) as (_, port):
                    self.assertIn(text,
                                  self.run_client("staple", port, PKI / "root.pem", status=status))

    def test_staple_by_nginx(self):
        """nginx takes the staple from a file, too."""
        for case, status, text in (("staple-good", 0, "not revoked"),
                                   ("staple-revoked", 1, "cert_revoked")):
            extra = f"ssl_stapling on; ssl_stapling_file {PKI / case}.ocsp.der;"
            with self.subTest(case), peers.nginx_serve(PKI, "good-ec", extra) as (_, port):
                self.assertIn(text,
                              self.run_client("staple", port, PKI / "root.pem", status=status))

    def test_staple_server(self):
        arguments = *identity("good-ec"), PKI / "staple-good.ocsp.der"
        with own_server("staple_server", *arguments) as (_, port):
            for version in VERSIONS:
                with self.subTest(version):
                    said = s_client(port, "-status", version)
                    self.assertIn(b"with a staple", said)
                    self.assertIn(b"Cert Status: good", said)
            status, said = gnutls_cli(port)
            self.assertEqual(status, 0, said)
            self.assertIn(b"with a staple", said)
            self.assertIn(b"OCSP", said)

    def test_revocation_list(self):
        lists = [PKI / "root.crl.pem", PKI / "intermediate.crl.pem"]
        for case, given, status, text in (("good-ec", lists, 0, "not revoked"),
                                          ("revoked", lists, 1, "cert_revoked"),
                                          ("good-ec", lists[:1], 1, "cert_crl_missing")):
            with self.subTest(case), openssl_server(case) as (_, port):
                self.assertIn(text, self.run_client("revocation_list", port, PKI / "root.pem",
                                                    *given, status=status))

    def test_tickets(self):
        """A session of one server is resumed by another that has the same file of keys, and by no other."""
        with scratch() as directory:
            keys, others = directory / "keys", directory / "others"
            keys.write_bytes(os.urandom(160))
            others.write_bytes(os.urandom(80))
            good = identity("good-ec")
            with own_server("tickets", *good, keys) as (_, one), \
                 own_server("tickets", *good, keys) as (_, two), \
                 own_server("tickets", *good, others) as (_, stranger):
                for version in VERSIONS:
                    with self.subTest(version):
                        session = directory / version
                        said = s_client(one, version, "-sess_out", session)
                        self.assertRegex(said, rb"(?s)New, TLS.*\nfull\n")
                        said = s_client(two, version, "-sess_in", session)
                        self.assertRegex(said, rb"(?s)Reused, TLS.*\nresumed\n")
                        said = s_client(stranger, version, "-sess_in", session)
                        self.assertRegex(said, rb"(?s)New, TLS.*\nfull\n")
                status, said = gnutls_cli(one, "--resume")
                self.assertEqual(status, 0, said)
                self.assertIn(b"This is a resumed session", said)
                self.assertIn(b"resumed\n", said)

    def test_psk_server(self):
        with scratch() as directory:
            key = directory / "key"
            key.write_bytes(os.urandom(32))
            with own_server("psk_server", "device 7", key) as (_, port):
                def visit(who):
                    return peers.run("openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                                     "-tls1_3", "-psk_identity", who, "-psk",
                                     key.read_bytes().hex(), "-ign_eof").stdout

                self.assertIn(b"we share a key", visit("device 7"))
                self.assertNotIn(b"we share a key", visit("device 8"))

    def test_psk(self):
        with tempfile.TemporaryDirectory() as name:
            key = pathlib.Path(name) / "key"
            key.write_bytes(os.urandom(32))
            options = ["-nocert", "-tls1_3", "-psk_identity", "device 7", "-psk"]
            with openssl_server("good-ec", *options, key.read_bytes().hex()) as (_, port):
                self.assertIn("by key", self.run_client("psk", port, "device 7", key))
                self.run_client("psk", port, "device 8", key, status=1)

    def early_data(self, *options):
        """What the example says of its two visits. s_server has no web pages where it takes early data, so each visit gets a
        line of its standard input."""
        openssl = peers.program("openssl", "openssl")
        with peers.running(openssl, "s_server", "-accept", "127.0.0.1:0", "-naccept", "2", "-tls1_3",
                           "-cert", PKI / "good-ec.pem", "-cert_chain", PKI / "good-ec.chain.pem",
                           "-key", PKI / "good-ec.key.pem", *options) as server:
            port = server.wait_for(rb"ACCEPT \S+:(\d+)").group(1).decode()
            with peers.running(EXAMPLES / "example_early_data", "127.0.0.1", port, "server.test",
                               PKI / "root.pem") as client:
                for visit in (1, 2):
                    server.wait_until(lambda output: output.count(b"CIPHER is") >= visit)
                    server.process.stdin.write(b"hello\n")
                    server.process.stdin.flush()
                self.assertEqual(client.process.wait(peers.LIMIT), 0, client.output)
                client.wait_for(rb"\w+\n\w+\n")
                return client.output.decode().split(), server.output

    def test_early_data(self):
        said, server = self.early_data("-early_data")
        self.assertEqual(said, ["late", "early"])
        self.assertIn(b"Early data received", server)
        self.assertEqual(self.early_data()[0], ["late", "late"])

    def test_early_data_server(self):
        with scratch() as directory, \
             own_server("early_data_server", *identity("good-ec")) as (_, port):
            session, request = directory / "session", directory / "request"
            request.write_text("ask early")
            said = s_client(port, "-tls1_3", "-sess_out", session)
            self.assertIn(b"nothing came early", said)
            said = s_client(port, "-tls1_3", "-sess_in", session, "-early_data", request)
            self.assertIn(b"Early data was accepted", said)
            self.assertIn(b"early: ask early", said)
            # The same session once more is what a replay looks like: it is not taken.
            said = s_client(port, "-tls1_3", "-sess_in", session, "-early_data", request)
            self.assertIn(b"nothing came early", said)

    def test_keylog(self):
        """tshark reads what passed between the two."""
        tshark = peers.program("tshark", "tshark")
        for version in VERSIONS:
            with self.subTest(version), scratch() as directory, \
                 openssl_server("good-ec", version) as (_, port):
                log, taken = directory / "keys", directory / "pcap"
                with capture.proxy(int(port), taken, peers.LIMIT) as through:
                    self.assertIn("HTTP/1.0",
                                  self.run_client("keylog", through, PKI / "root.pem", log))
                home = dict(os.environ, HOME=str(directory))  # where nobody has preferences
                read = [tshark, "-r", taken, "-q", "-z", "follow,tls,ascii,0"]
                self.assertNotIn(b"HTTP", peers.run(*read, env=home).stdout)
                done = peers.run(*read, "-o", f"tls.keylog_file:{log}", env=home)
                self.assertIn(b"GET /secret-page HTTP/1.0", done.stdout, done.stderr)
                self.assertIn(b"HTTP/1.0 200 ok", done.stdout, done.stderr)

    def test_groups(self):
        for group, theirs in (("x25519", "X25519"), ("secp384r1", "P-384")):
            with self.subTest(group), \
                 openssl_server("good-ec", "-tls1_3", "-groups", theirs) as (_, port):
                said = self.run_client("groups", port, PKI / "root.pem", group)
                self.assertEqual(said.split(), [group, "HTTP/1.0"])

    def test_subjects(self):
        with openssl_server("good-ec") as (_, port):
            def run(*names):
                done = peers.run(EXAMPLES / "example_subjects", "127.0.0.1", port, PKI / "root.pem",
                                 *names)
                return done.returncode, done.stdout + done.stderr

            self.assertEqual(run("nobody.test", "server.test")[0], 0)
            status, said = run("nobody.test", "127.0.0.9")
            self.assertEqual(status, 1)
            self.assertIn(b"cert_name_mismatch", said)

    def test_verify(self):
        for case, host, status, text in (("good-ec", "server.test", 0, b"good"),
                                         ("good-ec", "other.test", 1, b"cert_name_mismatch"),
                                         ("expired", "server.test", 1, b"cert_expired")):
            with self.subTest(case=case, host=host):
                done = peers.run(EXAMPLES / "example_verify", PKI / f"{case}.chain.pem",
                                 PKI / "root.pem", host)
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                self.assertIn(text, done.stdout)

    def test_post_handshake(self):
        arguments = *identity("good-ec"), PKI / "root.pem"
        with own_server("post_handshake", *arguments) as (server, port):
            def client(case):
                return peers.running("openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                                     "-tls1_3", "-enable_pha", "-quiet", "-cert",
                                     PKI / f"{case}.pem", "-cert_chain", PKI / f"{case}.chain.pem",
                                     "-key", PKI / f"{case}.key.pem")

            def say(process, line, answer):
                process.process.stdin.write(line)
                process.process.stdin.flush()
                process.wait_for(answer)

            with client("client-ec") as process:
                say(process, b"anything\n", rb"hello")
                say(process, b"secret\n", rb"who are you\?")
                pin = pin_of(PKI / "client-ec.pem")
                say(process, b"it is me\n",
                    re.escape(f"for your eyes, {pin}").encode())
            with client("client-expired") as process:
                say(process, b"secret\n", rb"who are you\?")
                server.wait_for(rb"cert_expired")

    def token(self, directory):
        """A SoftHSM token with the key of good-ec: the environment to use it in."""
        (directory / "tokens").mkdir()
        (directory / "conf").write_text(f"directories.tokendir = {directory / 'tokens'}\n"
                                        "objectstore.backend = file\n")
        environment = dict(os.environ, SOFTHSM2_CONF=str(directory / "conf"))
        softhsm = peers.program("softhsm2-util", "softhsm2")
        for command in (["--init-token", "--free", "--label", "example", "--so-pin", "1234"],
                        ["--import", PKI / "good-ec.key.pem", "--token", "example", "--label",
                         "key", "--id", "01"]):
            done = peers.run(softhsm, *command, "--pin", "4321", env=environment)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return environment

    def test_token(self):
        with scratch() as directory:
            environment = dict(self.token(directory), TOKEN_PIN="4321")
            uri = f"pkcs11:token=example;object=key;type=private?module-path={SOFTHSM}"
            arguments = PKI / "good-ec.chain.pem", uri
            with own_server("token", *arguments, env=environment) as (_, port):
                for version in VERSIONS:
                    self.assertIn(b"signed by a token", s_client(port, version))
            wrong = peers.run(EXAMPLES / "example_token", *arguments, "0",
                              env=dict(environment, TOKEN_PIN="9999"))
            self.assertEqual(wrong.returncode, 1)
            self.assertIn(b"password_wrong", wrong.stderr)

    def test_exporter(self):
        label = "EXPERIMENTAL plugtls"
        with peers.openssl_serve(PKI, "good-ec", "-keymatexport", label, "-keymatexportlen",
                                 "32") as (server, port):
            said = self.run_client("exporter", port, PKI / "root.pem", label)
            theirs = server.wait_for(rb"Keying material: ([0-9A-F]+)").group(1).decode()
            self.assertEqual(said.strip(), theirs)

    def test_signer(self):
        with own_server("signer", PKI / "good-ec.chain.pem", PKI / "good-ec.key.pem") as (_, port):
            for version in ("-tls1_2", "-tls1_3"):
                done = peers.run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", version,
                                 "-CAfile", PKI / "root.pem", "-verify_return_error",
                                 "-verify_hostname", "server.test", "-ign_eof", stdin="")
                self.assertIn(b"signed elsewhere", done.stdout)

    def test_reload(self):
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)

            def put(case):
                for suffix in ("key", "chain"):
                    (directory / "new").write_bytes((PKI / f"{case}.{suffix}.pem").read_bytes())
                    (directory / "new").rename(directory / suffix)

            def connect():
                return peers.run(PLUGTLS, "connect", f"server.test:{port}", "--address",
                                 "127.0.0.1", "--ca", PKI / "root.pem").returncode

            put("good-ec")
            with own_server("reload", directory / "chain", directory / "key") as (server, port):
                self.assertEqual(connect(), 0)
                put("wrong-host")
                server.wait_for(rb"(?m)^reloaded")
                self.assertEqual(connect(), 4)


def main():
    global EXAMPLES, PLUGTLS, PKI, SOFTHSM
    EXAMPLES, PLUGTLS, PKI = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    SOFTHSM = sys.argv[4]
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)


if __name__ == "__main__":
    main()
