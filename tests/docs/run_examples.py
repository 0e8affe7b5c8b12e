#!/usr/bin/env python3
"""The programs of docs/examples, each against a peer that is not ours where there is one.

Usage: run_examples.py EXAMPLES PLUGTLS PKI [UNITTEST-ARGUMENTS]
"""

import contextlib
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import peer_process as peers  # noqa: E402

EXAMPLES = None
PLUGTLS = None
PKI = None


@contextlib.contextmanager
def openssl_server(case, *options):
    """`openssl s_server` that answers requests for web pages, any number of them."""
    openssl = peers.program("openssl", "openssl")
    with peers.running(openssl, "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                       PKI / f"{case}.pem", "-cert_chain", PKI / f"{case}.chain.pem", "-key",
                       PKI / f"{case}.key.pem", *options) as process:
        yield process, process.wait_for(rb"ACCEPT \S+:(\d+)").group(1).decode()


@contextlib.contextmanager
def own_server(name, chain, key):
    with peers.running(EXAMPLES / f"example_{name}", chain, key, "0") as process:
        yield process, process.wait_for(rb"listening on \S+:(\d+)").group(1).decode()


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
            public = peers.run("openssl", "x509", "-in", PKI / "good-ec.pem", "-pubkey", "-noout")
            der = peers.run("openssl", "pkey", "-pubin", "-outform", "DER", stdin=public.stdout)
            digest = peers.run("openssl", "dgst", "-sha256", "-binary", stdin=der.stdout)
            text = peers.run("openssl", "base64", stdin=digest.stdout)
            pin = "sha256/" + text.stdout.decode().strip()
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
    global EXAMPLES, PLUGTLS, PKI
    EXAMPLES, PLUGTLS, PKI = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)


if __name__ == "__main__":
    main()
