#!/usr/bin/env python3
"""The plugtls program and programs that are not ours, both ways.

Usage: peers.py PLUGTLS PKI [UNITTEST-ARGUMENTS]
"""

import pathlib
import sys
import tempfile
import unittest

import peer_process as peers

PLUGTLS = None
PKI = None
REQUEST = "GET / HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n"
LEAVES = ["good-ec", "good-rsa", "good-ed25519"]


def connect(port, *options, name="server.test", stdin="", ca="root.pem", **more):
    return peers.run(PLUGTLS, "connect", f"{name}:{port}", "--address", "127.0.0.1", "--ca",
                     PKI / ca, *options, stdin=stdin, **more)


def identity(case):
    return ["--cert", PKI / f"{case}.chain.pem", "--key", PKI / f"{case}.key.pem"]


class Case(unittest.TestCase):
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
        for version in ("1.2", "1.3"):
            with self.subTest(version), peers.nginx_serve(PKI, "good-ec") as (_, port):
                done = connect(port, "--min", version, "--max", version, "--wait", stdin=REQUEST)
                self.expect(done, 0, f"nginx says TLSv{version}", "verified for server.test")
                self.assertTrue(done.stdout.startswith(b"HTTP/1.1 200 OK"), done.stdout)

    def test_bad_certificates_are_refused_each_with_its_own_error(self):
        for case, code, text in (("expired", "cert_expired", "expired"),
                                 ("wrong-host", "cert_name_mismatch", "not for the name"),
                                 ("self-signed", "cert_self_signed", "self"),
                                 ("not-yet-valid", "cert_not_yet_valid", "not yet")):
            with self.subTest(case), peers.nginx_serve(PKI, case) as (_, port):
                self.expect_one_line(connect(port, stdin=REQUEST), 4, code, text)
        with peers.nginx_serve(PKI, "wrong-ip") as (_, port):
            done = peers.run(PLUGTLS, "connect", f"127.0.0.1:{port}", "--ca", PKI / "root.pem",
                             stdin=REQUEST)
            self.expect_one_line(done, 4, "cert_ip_mismatch")

    def test_a_client_certificate_is_shown_to_it(self):
        extra = f"ssl_client_certificate {PKI / 'root.pem'}; ssl_verify_client on; ssl_verify_depth 3;"
        for case in ("client-ec", "client-rsa", "client-ed25519"):
            with self.subTest(case), peers.nginx_serve(PKI, "good-ec", extra) as (_, port):
                self.expect(connect(port, "--wait", *identity(case), stdin=REQUEST), 0, "200 OK")
        with peers.nginx_serve(PKI, "good-ec", extra) as (_, port):
            self.expect(connect(port, "--wait", stdin=REQUEST), 0, "400 Bad Request")


class OpensslServer(Case):
    def test_every_leaf_in_both_versions(self):
        for case in LEAVES:
            for version in ("1.2", "1.3"):
                with self.subTest(case=case, version=version), \
                        peers.openssl_serve(PKI, case, "-rev") as (_, port):
                    done = connect(port, "--min", version, "--max", version, stdin="abc\n")
                    self.assertEqual(done.stdout, b"cba\n", done.stderr)
                    self.expect(done, 0, f"TLSv{version}")

    def test_alpn(self):
        with peers.openssl_serve(PKI, "good-ec", "-rev", "-alpn", "h2,http/1.1") as (_, port):
            self.expect(connect(port, "--alpn", "imap,http/1.1"), 0, "http/1.1")

    def test_no_common_version_is_the_peers_alert(self):
        with peers.openssl_serve(PKI, "good-ec", "-tls1_2") as (_, port):
            self.expect_one_line(connect(port, "--min", "1.3"), 5, "protocol_version")

    def test_a_process_that_dies_amid_the_connection_is_truncation(self):
        with peers.openssl_serve(PKI, "good-ec") as (server, port):
            client = peers.Process([PLUGTLS, "connect", f"server.test:{port}", "--address",
                                    "127.0.0.1", "--ca", PKI / "root.pem"])
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
                    self.expect(connect(port, "--cert", PKI / "client-ec.chain.pem", "--key", key,
                                        "--password-file", directory / "password"), status, text)


class OpensslClient(Case):
    def client(self, port, *options, stdin="abc\n"):
        return peers.run(peers.program("openssl", "openssl"), "s_client", "-connect",
                         f"127.0.0.1:{port}", "-servername", "server.test", "-CAfile",
                         PKI / "root.pem", "-verify_return_error", "-verify_hostname",
                         "server.test", *options, stdin=stdin)

    def test_every_leaf_in_both_versions(self):
        for case in LEAVES:
            with peers.plugtls_serve(PLUGTLS, *identity(case), "--mode", "http") as (_, port):
                for version in ("-tls1_2", "-tls1_3"):
                    with self.subTest(case=case, version=version):
                        self.expect(self.client(port, version, "-ign_eof", stdin=REQUEST), 0,
                                    "200 OK", "plugtls serve", "Verify return code: 0")

    def test_client_certificates_off_requested_and_required(self):
        own = ["-cert", PKI / "client-ec.pem", "-key", PKI / "client-ec.key.pem", "-cert_chain",
               PKI / "client-ec.chain.pem"]
        for mode, options, good in (("none", [], True), ("request", [], True),
                                    ("request", own, True), ("require", own, True),
                                    ("require", [], False)):
            with self.subTest(mode=mode, own=bool(options)), \
                    peers.plugtls_serve(PLUGTLS, *identity("good-ec"), "--mode", "http",
                                        "--client-auth", mode, "--once",
                                        *(["--ca", PKI / "root.pem"] if mode != "none" else [])) as (server, port):
                done = self.client(port, "-ign_eof", *options, stdin=REQUEST)
                said = done.stdout + done.stderr
                self.assertEqual(b"200 OK" in said, good, said)
                if not good:
                    self.assertIn(b"alert", said)
                    server.wait_for(rb"cert_missing")
                self.assertEqual(server.process.wait(peers.LIMIT), 0 if good else 4)

    def test_sessions_are_resumed(self):
        with tempfile.TemporaryDirectory() as name, \
                peers.plugtls_serve(PLUGTLS, *identity("good-ec"), "--mode", "http") as (_, port):
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
        with peers.plugtls_serve(PLUGTLS, *identity("good-rsa"), "--mode", "http") as (_, port):
            url = f"https://server.test:{port}/"
            done = self.curl(port, "-v", "--cacert", PKI / "root.pem", url, url, url)
            self.expect(done, 0, "Re-using existing connection")
            self.assertEqual(done.stdout, b"plugtls serve\n" * 3)

    def test_a_client_that_does_not_trust_it_leaves_it_alive(self):
        with peers.plugtls_serve(PLUGTLS, *identity("good-ec"), "--mode", "http") as (server, port):
            url = f"https://server.test:{port}/"
            self.expect(self.curl(port, "--cacert", PKI / "other-root.pem", url), 60)
            server.wait_for(rb"alert_received")
            self.expect(self.curl(port, "--cacert", PKI / "root.pem", url), 0, "plugtls serve")


class Gnutls(Case):
    def test_its_client(self):
        gnutls = peers.program("gnutls-cli", "gnutls-bin")
        with peers.plugtls_serve(PLUGTLS, *identity("good-ec"), "--mode", "http") as (_, port):
            done = peers.run(gnutls, "--x509cafile", PKI / "root.pem", "--sni-hostname",
                             "server.test", "--verify-hostname", "server.test", "-p", port,
                             "127.0.0.1", stdin=REQUEST)
            self.expect(done, 0, "The certificate is trusted", "200 OK")


def main():
    global PLUGTLS, PKI
    PLUGTLS, PKI = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


if __name__ == "__main__":
    main()
