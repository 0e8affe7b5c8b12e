#!/usr/bin/env python3
"""The plugtls program and programs that are not ours, both ways, on every backend that it lists.

Usage: peers.py PLUGTLS PKI [GROUP...]
"""

import json
import pathlib
import sys
import tempfile
import unittest

import peer_process as peers

PLUGTLS = None
PKI = None
REQUEST = "GET / HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n"
KINDS = {"ec": "cert_ecdsa", "rsa": "cert_rsa", "ed25519": "cert_ed25519"}  # and what they take
VERSIONS = ("1.2", "1.3")


def identity(case):
    return ["--cert", PKI / f"{case}.chain.pem", "--key", PKI / f"{case}.key.pem"]


def ask(*arguments):
    return json.loads(peers.run(PLUGTLS, *arguments, "--json").stdout)


class Case(unittest.TestCase):
    """Each group is run once for every backend, which plugtls then uses."""

    backend = None

    def connect(self, port, *options, name="server.test", stdin=""):
        return peers.run(PLUGTLS, "connect", f"{name}:{port}", "--backend", self.backend,
                         "--address", "127.0.0.1", "--ca", PKI / "root.pem", *options, stdin=stdin)

    def serve(self, case, *options):
        return peers.plugtls_serve(PLUGTLS, "--backend", self.backend, *identity(case), *options)

    def kinds(self):
        """Of keys that the backend has; that it refuses to serve with others is checked."""
        features = ask("info", self.backend)["features"]
        for kind, feature in KINDS.items():
            if features[feature]["level"] != "no":
                yield kind
                continue
            self.expect(peers.run(PLUGTLS, "serve", "--backend", self.backend, "--port", "0",
                                  *identity(f"good-{kind}")), 2, "[unsupported")

    def expect(self, done, status, *texts):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, said)
        for text in texts:
            self.assertIn(text.encode(), said)

    def expect_one_line(self, done, status, *texts):
        self.expect(done, status, *texts)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)


class Nginx(Case):
    def test_http_over_it(self):
        for kind in self.kinds():
            for version in VERSIONS:
                with self.subTest(kind=kind, version=version), \
                        peers.nginx_serve(PKI, f"good-{kind}") as (_, port):
                    done = self.connect(port, "--min", version, "--max", version, "--wait",
                                        stdin=REQUEST)
                    self.expect(done, 0, f"nginx says TLSv{version}", "verified for server.test")
                    self.assertTrue(done.stdout.startswith(b"HTTP/1.1 200 OK"), done.stdout)

    def test_bad_certificates_are_refused_each_with_its_own_error(self):
        for case, code, text in (("expired", "cert_expired", "expired"),
                                 ("wrong-host", "cert_name_mismatch", "not for the name"),
                                 ("self-signed", "cert_self_signed", "self"),
                                 ("not-yet-valid", "cert_not_yet_valid", "not yet")):
            with self.subTest(case), peers.nginx_serve(PKI, case) as (_, port):
                self.expect_one_line(self.connect(port, stdin=REQUEST), 4, code, text)
        with peers.nginx_serve(PKI, "wrong-ip") as (_, port):
            self.expect_one_line(self.connect(port, name="127.0.0.1", stdin=REQUEST), 4,
                                 "cert_ip_mismatch")

    def test_a_client_certificate_is_shown_to_it(self):
        extra = f"ssl_client_certificate {PKI / 'root.pem'}; ssl_verify_client on; ssl_verify_depth 3;"
        for kind in self.kinds():
            with self.subTest(kind), peers.nginx_serve(PKI, "good-ec", extra) as (_, port):
                self.expect(self.connect(port, "--wait", *identity(f"client-{kind}"),
                                         stdin=REQUEST), 0, "200 OK")
        with peers.nginx_serve(PKI, "good-ec", extra) as (_, port):
            self.expect(self.connect(port, "--wait", stdin=REQUEST), 0, "400 Bad Request")


class OpensslServer(Case):
    def test_every_leaf_in_both_versions(self):
        for kind in self.kinds():
            for version in VERSIONS:
                with self.subTest(kind=kind, version=version), \
                        peers.openssl_serve(PKI, f"good-{kind}", "-rev") as (_, port):
                    done = self.connect(port, "--min", version, "--max", version, stdin="abc\n")
                    self.assertEqual(done.stdout, b"cba\n", done.stderr)
                    self.expect(done, 0, f"TLSv{version}")

    def test_alpn(self):
        with peers.openssl_serve(PKI, "good-ec", "-rev", "-alpn", "h2,http/1.1") as (_, port):
            self.expect(self.connect(port, "--alpn", "imap,http/1.1"), 0, "http/1.1")

    def test_no_common_version_is_the_peers_alert(self):
        with peers.openssl_serve(PKI, "good-ec", "-tls1_2") as (_, port):
            self.expect_one_line(self.connect(port, "--min", "1.3"), 5, "protocol_version")

    def test_a_process_that_dies_amid_the_connection_is_truncation(self):
        with peers.openssl_serve(PKI, "good-ec") as (server, port):
            client = peers.Process([PLUGTLS, "connect", f"server.test:{port}", "--backend",
                                    self.backend, "--address", "127.0.0.1", "--ca",
                                    PKI / "root.pem"])
            client.wait_for(rb"verified for")
            server.process.kill()
            client.wait_for(rb"\[truncated\]|\[transport\]")
            self.assertIn(client.process.wait(peers.LIMIT), (5, 6))
            client.stop()

    def test_an_encrypted_key_and_its_password(self):
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            key = directory / "key.pem"
            peers.run(peers.program("openssl", "openssl"), "pkcs8", "-topk8", "-v2", "aes-256-cbc",
                      "-in", PKI / "client-ec.key.pem", "-passout", "pass:correct horse", "-out",
                      key)
            for word, status, text in (("correct horse", 0, "verified"),
                                       ("wrong", 2, "password_wrong")):
                (directory / "password").write_text(word + "\n")
                with self.subTest(word), peers.openssl_serve(
                        PKI, "good-ec", "-rev", "-Verify", "3", "-CAfile",
                        PKI / "root.pem") as (_, port):
                    done = self.connect(port, "--cert", PKI / "client-ec.chain.pem", "--key", key,
                                        "--password-file", directory / "password")
                    self.expect(done, status, text)


class OpensslClient(Case):
    def client(self, port, *options, stdin="abc\n"):
        return peers.run(peers.program("openssl", "openssl"), "s_client", "-connect",
                         f"127.0.0.1:{port}", "-servername", "server.test", "-CAfile",
                         PKI / "root.pem", "-verify_return_error", "-verify_hostname",
                         "server.test", *options, stdin=stdin)

    def test_every_leaf_in_both_versions(self):
        for kind in self.kinds():
            with self.serve(f"good-{kind}", "--mode", "http") as (_, port):
                for version in ("-tls1_2", "-tls1_3"):
                    with self.subTest(kind=kind, version=version):
                        self.expect(self.client(port, version, "-ign_eof", stdin=REQUEST), 0,
                                    "200 OK", "plugtls serve", "Verify return code: 0")

    def test_client_certificates_off_requested_and_required(self):
        own = ["-cert", PKI / "client-ec.pem", "-key", PKI / "client-ec.key.pem", "-cert_chain",
               PKI / "client-ec.chain.pem"]
        for mode, options, good in (("none", [], True), ("request", [], True),
                                    ("request", own, True), ("require", own, True),
                                    ("require", [], False)):
            with self.subTest(mode=mode, own=bool(options)), \
                    self.serve("good-ec", "--mode", "http", "--client-auth", mode, "--once",
                               *(["--ca", PKI / "root.pem"] if mode != "none" else [])
                               ) as (server, port):
                done = self.client(port, "-ign_eof", *options, stdin=REQUEST)
                said = done.stdout + done.stderr
                self.assertEqual(b"200 OK" in said, good, said)
                if not good:
                    self.assertIn(b"alert", said)
                    server.wait_for(rb"cert_missing")
                self.assertEqual(server.process.wait(peers.LIMIT), 0 if good else 4)

    def test_sessions_are_resumed(self):
        with tempfile.TemporaryDirectory() as name, \
                self.serve("good-ec", "--mode", "http") as (_, port):
            for version in ("-tls1_2", "-tls1_3"):
                session = pathlib.Path(name) / f"session{version}"
                self.client(port, version, "-ign_eof", "-sess_out", session, stdin=REQUEST)
                with self.subTest(version):
                    self.expect(self.client(port, version, "-ign_eof", "-sess_in", session,
                                            stdin=REQUEST), 0, "Reused,")


class Curl(Case):
    def curl(self, port, *options):
        return peers.run(peers.program("curl", "curl"), "-sS", "--max-time", str(peers.LIMIT),
                         "--resolve", f"server.test:{port}:127.0.0.1", *options)

    def test_several_requests_on_one_connection(self):
        for kind in self.kinds():
            with self.subTest(kind), self.serve(f"good-{kind}", "--mode", "http") as (_, port):
                url = f"https://server.test:{port}/"
                done = self.curl(port, "--write-out", "%{num_connects} new\n", "--cacert",
                                 PKI / "root.pem", url, url, url)
                self.expect(done, 0)
                self.assertEqual(done.stdout, b"".join(
                    b"plugtls serve\n%d new\n" % connects for connects in (1, 0, 0)))

    def test_a_client_certificate_in_both_versions(self):
        with self.serve("good-ec", "--mode", "http", "--client-auth", "require", "--ca",
                        PKI / "root.pem") as (_, port):
            for version in VERSIONS:
                with self.subTest(version):
                    done = self.curl(port, "--cacert", PKI / "root.pem", f"--tlsv{version}",
                                     "--tls-max", version, *identity("client-ec"),
                                     f"https://server.test:{port}/")
                    self.expect(done, 0, "plugtls serve")

    def test_a_client_that_does_not_trust_it_leaves_it_alive(self):
        with self.serve("good-ec", "--mode", "http") as (server, port):
            url = f"https://server.test:{port}/"
            self.expect(self.curl(port, "--cacert", PKI / "other-root.pem", url), 60)
            server.wait_for(rb"alert_received")
            self.expect(self.curl(port, "--cacert", PKI / "root.pem", url), 0, "plugtls serve")


class GnutlsClient(Case):
    def client(self, port, version, *options):
        gnutls = peers.program("gnutls-cli", "gnutls-bin")
        return peers.run(gnutls, "--x509cafile", PKI / "root.pem", "--sni-hostname", "server.test",
                         "--verify-hostname", "server.test", "--priority",
                         peers.gnutls_priority(version), "-p", port, *options, "127.0.0.1",
                         stdin=REQUEST)

    def test_every_leaf_in_both_versions(self):
        for kind in self.kinds():
            with self.serve(f"good-{kind}", "--mode", "http") as (_, port):
                for version in VERSIONS:
                    with self.subTest(kind=kind, version=version):
                        self.expect(self.client(port, version), 0, "The certificate is trusted",
                                    f"(TLS{version}-X.509)", "200 OK")

    def test_client_certificates(self):
        with self.serve("good-ec", "--mode", "http", "--client-auth", "require", "--ca",
                        PKI / "root.pem") as (server, port):
            for version in VERSIONS:
                own = ["--x509certfile", PKI / "client-ec.chain.pem", "--x509keyfile",
                       PKI / "client-ec.key.pem"]
                with self.subTest(version):
                    self.expect(self.client(port, version, *own), 0, "200 OK")
            self.assertNotIn(b"200 OK", self.client(port, "1.3").stdout)
            server.wait_for(rb"cert_missing")


class GnutlsServer(Case):
    def test_every_leaf_in_both_versions(self):
        for kind in self.kinds():
            for version in VERSIONS:
                with self.subTest(kind=kind, version=version), \
                        peers.gnutls_serve(PKI, f"good-{kind}", version) as (_, port):
                    done = self.connect(port, stdin="abc\n")
                    self.assertEqual(done.stdout, b"abc\n", done.stderr)
                    self.expect(done, 0, f"TLSv{version}", "verified for server.test")

    def test_client_certificates(self):
        asking = ["--x509cafile", PKI / "root.pem", "--require-client-cert", "--verify-client-cert"]
        for version in VERSIONS:
            with self.subTest(version), \
                    peers.gnutls_serve(PKI, "good-ec", version, *asking) as (_, port):
                for kind in self.kinds():
                    done = self.connect(port, *identity(f"client-{kind}"), stdin="abc\n")
                    self.assertEqual(done.stdout, b"abc\n", done.stderr)
                self.expect(self.connect(port, stdin="abc\n"), 5, "alert_received")


def run_group(name):
    """The group once for each backend."""
    loader = unittest.TestLoader()
    suite = unittest.TestSuite()
    for backend in [entry["name"] for entry in ask("list")["backends"]]:
        group = type(f"{name}_{backend}", (globals()[name],), {"backend": backend})
        suite.addTests(loader.loadTestsFromTestCase(group))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return result.wasSuccessful() and result.testsRun > 0


def main():
    global PLUGTLS, PKI
    PLUGTLS, PKI = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    groups = sys.argv[3:] or [group.__name__ for group in Case.__subclasses__()]
    sys.exit(not all([run_group(name) for name in groups]))


if __name__ == "__main__":
    main()
