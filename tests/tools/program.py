#!/usr/bin/env python3
"""The plugtls program as a person or a script meets it: words, exit statuses, standard streams.

Usage: program.py PLUGTLS PKI MOCKS STUCK_LOOKUP [UNITTEST-ARGUMENTS]
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import peer_process as peers  # noqa: E402

PLUGTLS = None
PKI = None
MOCKS = None
STUCK_LOOKUP = None
VERBS = ["list", "info", "doctor", "connect", "serve", "check", "new-backend", "verify", "compare",
         "completion"]


def plugtls(*arguments, stdin="", env=None):
    return peers.run(PLUGTLS, *arguments, stdin=stdin, env={**os.environ, **(env or {})})


def identity(case="good-ec"):
    return ["--cert", PKI / f"{case}.chain.pem", "--key", PKI / f"{case}.key.pem"]


class Case(unittest.TestCase):
    def expect(self, done, status, *texts):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, said)
        for text in texts:
            self.assertIn(text.encode(), said)

    def connect(self, port, *options, **more):
        return plugtls("connect", f"server.test:{port}", "--address", "127.0.0.1", "--ca",
                       PKI / "root.pem", *options, **more)


class Usage(Case):
    def test_help_has_examples_and_goes_to_standard_output(self):
        for verb in VERBS:
            with self.subTest(verb):
                done = plugtls(verb, "--help")
                self.expect(done, 0, "Examples:", f"plugtls {verb}")
                self.assertEqual(done.stderr, b"")

    def test_a_mistake_is_status_2_and_says_what_would_be_right(self):
        for arguments, text in ((["list", "--nosuch"], "--nosuch"), ([], "subcommand"),
                                (["connect", "example.org"], "example.org:443"),
                                (["connect", "::1:443"], "[::1]:443"),
                                (["connect", "a:443", "--min", "9"], "1.2 or 1.3"),
                                (["connect", "a:443", "--at", "noon"], "2026-11-23"),
                                (["connect", "a:443", "--ciphers", "RC4"], "TLS_AES_128_GCM_SHA256"),
                                (["connect", "a:443", "--key", "k"], "--cert"),
                                (["serve"], "--cert"),
                                (["serve", "--cert", "c"], "--key"),
                                (["serve", "--cert", "auto", "--key", "k"], "leave out --key"),
                                (["serve", "--cert", "auto", "--ca", "c"], "--client-auth"),
                                (["serve", "--cert", "auto", "--mode", "loud"], "echo")):
            with self.subTest(arguments):
                done = plugtls(*arguments)
                self.expect(done, 2, text)
                self.assertEqual(done.stdout, b"")

    def test_version(self):
        self.assertRegex(plugtls("--version").stdout, rb"^plugtls \d+\.\d+\.\d+\n$")

    def test_completion_knows_every_verb_and_is_a_script(self):
        done = plugtls("completion", "bash")
        self.expect(done, 0, *VERBS, "--client-auth")
        bash = peers.run("bash", "-n", stdin=done.stdout)
        self.assertEqual(bash.returncode, 0, bash.stderr)
        used = peers.run("bash", "-c", 'source /dev/stdin; COMP_WORDS=(plugtls connect --dea); '
                         'COMP_CWORD=2; _plugtls; echo "${COMPREPLY[@]}"', stdin=done.stdout)
        self.assertEqual(used.stdout, b"--deadline\n", used.stderr)


class Backends(Case):
    def test_a_backend_that_is_not_there_is_one_line_and_status_3(self):
        done = plugtls("connect", "example.org:443", env={"PLUGTLS_BACKEND": "nosuch"})
        self.expect(done, 3, "nosuch", "PLUGTLS_BACKEND", "openssl", "there is no backend",
                    "plugtls doctor")
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_list_and_info_and_doctor_as_json(self):
        listed = json.loads(plugtls("list", "--json").stdout)
        self.assertIn("openssl", [each["name"] for each in listed["backends"]])
        info = json.loads(plugtls("info", "openssl", "--json").stdout)
        self.assertEqual(info["features"]["tls1_3"]["level"], "yes")
        self.assertIn("TLS_AES_128_GCM_SHA256", info["cipher_suites"])
        doctor = plugtls("doctor", "--json")
        told = json.loads(doctor.stdout)
        self.assertTrue(told["healthy"], doctor.stdout)
        self.assertIn("PLUGTLS_BACKEND", told["environment"])
        self.assertEqual(told["environment"]["XDG_DATA_HOME"], os.environ.get("XDG_DATA_HOME"))
        self.assertEqual(doctor.returncode, 0)

    def test_listing_opens_no_library(self):
        library = re.compile(rb"plugtls-openssl\.so|lib(ssl|crypto)\.so")
        # The dynamic linker says which files it opens (ld.so(8)).
        listed = plugtls("list", env={"LD_DEBUG": "files"})
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn(b"libplugtls.so", listed.stderr)
        self.assertNotRegex(listed.stderr, library)
        self.assertRegex(plugtls("info", env={"LD_DEBUG": "files"}).stderr, library)

    def test_the_doctor_names_what_is_wrong_and_the_next_command(self):
        done = plugtls("doctor", env={"PLUGTLS_BACKEND": "nosuch"})
        self.expect(done, 1, "nosuch", "Next: unset PLUGTLS_BACKEND")
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name) / "backends.d"
            directory.mkdir(mode=0o755)
            (directory / "broken.toml").write_text("manifest = 1\nname = [\n")
            env = {"PLUGTLS_PLUGIN_PATH": str(directory)}
            self.expect(plugtls("doctor", env=env), 1, "refused", "broken.toml", "Next: ")
            self.expect(plugtls("list", env=env), 0, "refused")

    def test_a_backend_that_crashes_or_hangs_costs_only_itself(self):
        reasons = {"constructor-crashes": "crashed the process: Aborted",
                   "constructor-hangs": "longer than the time limit",
                   "entry-crashes": "crashed the process: Aborted",
                   "entry-hangs": "longer than the time limit",
                   "entry-prints": None, "good": None}
        with tempfile.TemporaryDirectory() as name:
            os.chmod(name, 0o755)
            for backend in reasons:
                library = MOCKS / backend.replace("-", "_") / f"plugtls-{backend}.so"
                (pathlib.Path(name) / f"{backend}.toml").write_text(
                    f'manifest_version = 1\nname = "{backend}"\nlibrary = "{library}"\nabi = 1\n')
            env = {"PLUGTLS_PLUGIN_PATH": name, "PLUGTLS_BACKEND": "good"}
            # The limit is for the two that hang; the others have to keep it, on a busy machine too.
            done = plugtls("doctor", "--json", "--timeout", "5", env=env)
            found = {each["name"]: each for each in json.loads(done.stdout)["backends"]}
            for backend, reason in reasons.items():
                with self.subTest(backend):
                    self.assertEqual(found[backend]["opened"], reason is None, found[backend])
                    self.assertIn(reason or "", found[backend].get("detail", ""))
            self.assertTrue(found["openssl"]["opened"])
            self.expect(done, 1, "constructor-crashes", "words where nobody expects them")
            # What asks for one of them by name fails in its own process, the others go on.
            self.expect(plugtls("info", env=env), 0, "good")


class Connect(Case):
    def test_a_mebibyte_goes_through_unchanged(self):
        data = os.urandom(1 << 20)
        with peers.plugtls_serve(PLUGTLS, *identity()) as (_, port):
            for version in ("1.2", "1.3"):
                with self.subTest(version):
                    done = self.connect(port, "-q", "--min", version, "--max", version, stdin=data)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    self.assertTrue(done.stdout == data)

    def test_words_go_to_standard_error_only(self):
        with peers.plugtls_serve(PLUGTLS, *identity(), "--alpn", "http/1.1") as (_, port):
            done = self.connect(port, "--alpn", "h2,http/1.1", stdin="data\n")
            self.assertEqual(done.stdout, b"data\n")
            for text in (b"TLSv1.3", b"http/1.1", b"CN=server.test", b"verified for server.test"):
                self.assertIn(text, done.stderr)

    def test_nothing_goes_out_before_the_certificate_is_verified(self):
        with peers.plugtls_serve(PLUGTLS, *identity("expired")) as (server, port):
            self.expect(self.connect(port, stdin="secret"), 4, "cert_expired")
            server.wait_for(rb"failed: [^\n]*certificate_expired received")
            self.assertNotIn(b"bytes in", server.output)

    def test_an_address_is_verified_as_one(self):
        with peers.plugtls_serve(PLUGTLS, *identity("good-ec")) as (_, port):
            local = ["connect", f"127.0.0.1:{port}", "--ca", PKI / "root.pem"]
            self.expect(plugtls(*local), 0, "verified for 127.0.0.1")
            self.expect(plugtls(*local, "--name", "192.0.2.99"), 4, "cert_ip_mismatch")

    def test_a_name_is_sent_and_an_address_never(self):
        for verify_name, is_sent in (("server.test", True), ("192.0.2.99", False), ("::1", False)):
            with self.subTest(verify_name), socket.create_server(("127.0.0.1", 0)) as listener:
                listener.settimeout(peers.LIMIT)
                client = peers.Process([PLUGTLS, "connect", "--name", verify_name,
                                        f"127.0.0.1:{listener.getsockname()[1]}"])
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(peers.LIMIT)
                    length = int.from_bytes(connection.recv(5, socket.MSG_WAITALL)[3:], "big")
                    hello = connection.recv(length, socket.MSG_WAITALL)
                self.assertEqual(verify_name.encode() in hello, is_sent)
                # server_name(0), RFC 6066: type 0, then two lengths.
                self.assertEqual(b"\0\0" + (len(verify_name) + 5).to_bytes(2, "big") in hello,
                                 is_sent)
                client.process.wait(peers.LIMIT)
                client.stop()

    def test_another_time(self):
        with peers.plugtls_serve(PLUGTLS, *identity()) as (_, port):
            self.expect(self.connect(port, "--at", "2001-01-01"), 4, "cert_not_yet_valid")
            self.expect(self.connect(port, "--at", "2050-01-01T00:00:00Z"), 4, "cert_expired")

    def test_what_is_switched_off_is_said(self):
        with peers.plugtls_serve(PLUGTLS, *identity("self-signed")) as (_, port):
            self.expect(self.connect(port), 4, "cert_self_signed")
            self.expect(self.connect(port, "--insecure-no-verification"), 0, "not verified, as asked")
        with peers.plugtls_serve(PLUGTLS, *identity("wrong-host")) as (_, port):
            self.expect(self.connect(port, "--insecure-no-hostname-check"), 0, "name was not checked")

    def test_the_deadline_is_for_all_of_it(self):
        with contextlib.ExitStack() as stack:
            # Two addresses, at each a listener that is full: the kernel lets further ones knock for ever.
            v6 = stack.enter_context(socket.socket(socket.AF_INET6))
            v6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            v6.bind(("::1", 0))
            port = v6.getsockname()[1]
            v4 = stack.enter_context(socket.socket())
            v4.bind(("127.0.0.1", port))
            for listener in (v4, v6):
                listener.listen(0)
                for _ in range(4):
                    guest = stack.enter_context(socket.socket(listener.family))
                    guest.setblocking(False)
                    guest.connect_ex(listener.getsockname()[:2])
            started = time.monotonic()
            self.expect(plugtls("connect", f"localhost:{port}", "--deadline", "3"), 6, "timed_out")
            self.assertLess(time.monotonic() - started, 5.5)

    def test_the_deadline_is_for_the_name_server_too(self):
        env = {"LD_PRELOAD": STUCK_LOOKUP,
               "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        self.expect(plugtls("connect", "slow.test:443", "--deadline", "0.5", env=env), 6, "timed_out",
                    "slow.test")

    def test_a_peer_that_is_silent_or_not_there_or_no_tls_peer(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            self.expect(self.connect(port, "--deadline", "0.3"), 6, "timed_out")
        self.expect(self.connect(port), 6, "Connection refused")
        self.expect(plugtls("connect", f"localhost:{port}", "--ca", PKI / "nosuch.pem"), 6,
                    "nosuch.pem")

        def babble(listener):
            connection, _ = listener.accept()
            connection.sendall(b"220 mail.test ESMTP\r\n")
            with connection, contextlib.suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass

        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=babble, args=(listener,))
            thread.start()
            self.expect(self.connect(listener.getsockname()[1]), 5, "not_tls")
            thread.join(peers.LIMIT)


class Serve(Case):
    def test_a_certificate_made_for_the_occasion(self):
        with peers.plugtls_serve(PLUGTLS, "--cert", "auto") as (server, port):
            ca = server.wait_for(rb"--ca (\S+)").group(1).decode()
            self.expect(plugtls("connect", f"localhost:{port}", "--ca", ca, stdin="x"), 0, "verified")
            self.assertEqual(server.stop(), 0)
            self.assertFalse(os.path.exists(ca))

    def test_once_ends_with_the_connections_status(self):
        for options, client, status in (([], [], 0), (["--max", "1.2"], ["--min", "1.3"], 5)):
            with self.subTest(status), \
                    peers.plugtls_serve(PLUGTLS, *identity(), "--once", *options) as (server, port):
                self.connect(port, *client)
                self.assertEqual(server.process.wait(peers.LIMIT), status)

    def test_a_thousand_peers_half_of_them_silent(self):
        with peers.plugtls_serve(PLUGTLS, *identity(), "--mode", "http") as (server, port):
            where = ("127.0.0.1", int(port))
            idle = [socket.create_connection(where, peers.LIMIT) for _ in range(500)]
            for half_open in idle[::2]:
                half_open.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
            garbage = [socket.create_connection(where, peers.LIMIT) for _ in range(500)]
            for each in garbage:
                each.sendall(b"GET / HTTP/1.1\r\n\r\n" + bytes(200))
            done = self.connect(port, "--wait", stdin="GET / HTTP/1.1\r\nHost: x\r\nConnection: "
                                "close\r\n\r\n")
            self.expect(done, 0, "200 OK")
            for each in garbage:
                # The alert, or the reset that follows it: never silence.
                try:
                    self.assertEqual(each.recv(1), b"\x15")
                except ConnectionResetError:
                    self.fail("reset before the alert")
                each.close()
            for each in idle:
                each.close()
            server.wait_until(lambda output: len(re.findall(rb"^\S+: failed: ", output, re.M)) == 1000)
            descriptors = len(os.listdir(f"/proc/{server.process.pid}/fd"))
            self.assertLess(descriptors, 20)
            self.assertEqual(server.stop(), 0)

    def test_time_limits(self):
        with peers.plugtls_serve(PLUGTLS, *identity(), "--handshake-timeout", "0.3",
                                 "--idle-timeout", "0.3") as (server, port):
            with socket.create_connection(("127.0.0.1", int(port)), peers.LIMIT) as silent:
                self.assertEqual(silent.recv(1), b"")
            server.wait_for(rb"the handshake took longer")
            self.connect(port, "--wait", stdin="x")
            server.wait_for(rb"nothing moved")

    def test_sighup_reads_certificates_and_keys_anew(self):
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)

            def put(case, *suffixes):
                for suffix in suffixes:
                    (directory / "new").write_bytes((PKI / f"{case}.{suffix}.pem").read_bytes())
                    (directory / "new").rename(directory / suffix)

            put("good-ec", "chain", "key")
            with peers.plugtls_serve(PLUGTLS, "--cert", directory / "chain", "--key",
                                     directory / "key") as (server, port):
                self.expect(self.connect(port, "--name", "server.test"), 0)
                put("wrong-host", "chain")
                server.process.send_signal(signal.SIGHUP)
                server.wait_for(rb"not reloaded, the old context stays")
                self.expect(self.connect(port), 0)
                put("wrong-host", "key")
                server.process.send_signal(signal.SIGHUP)
                server.wait_for(rb"have been read anew")
                self.expect(self.connect(port), 4, "cert_name_mismatch")
                self.assertEqual(server.stop(), 0)

    def test_ticket_keys_and_staples_from_files(self):
        with tempfile.TemporaryDirectory() as name:
            keys = pathlib.Path(name) / "tickets"
            keys.write_bytes(os.urandom(160))
            done = plugtls("serve", *identity(), "--ticket-keys", PKI / "root.pem")
            self.expect(done, 2, "80 random bytes")
            with peers.plugtls_serve(PLUGTLS, *identity(), "--ticket-keys", keys) as (_, port):
                self.expect(self.connect(port), 0)
        staple = ["--backend", "openssl", "--ocsp", PKI / "staple-good.ocsp.der"]
        with peers.plugtls_serve(PLUGTLS, *identity(), *staple) as (_, port):
            done = peers.run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-status",
                             "-CAfile", PKI / "root.pem", stdin="")
            self.assertIn(b"Cert Status: good", done.stdout)


class Verify(Case):
    def verify(self, case, *options):
        return plugtls("verify", PKI / f"{case}.chain.pem", "--ca", PKI / "root.pem", *options)

    def test_every_backend_gives_its_verdict(self):
        listed = [each["name"] for each in json.loads(plugtls("list", "--json").stdout)["backends"]]
        for case, host, verdict, status in (("good-ec", "server.test", "good", 0),
                                            ("good-ec", "127.0.0.1", "good", 0),
                                            ("good-ec", "other.test", "cert_name_mismatch", 4),
                                            ("expired", "server.test", "cert_expired", 4)):
            with self.subTest(case=case, host=host):
                done = self.verify(case, "--host", host, "--json")
                self.expect(done, status)
                rows = json.loads(done.stdout)
                self.assertEqual([row["backend"] for row in rows], listed)
                self.assertEqual({row["verdict"] for row in rows}, {verdict})
                self.expect(self.verify(case, "--host", host), status, *listed, verdict)

    def test_time_revocation_and_purpose(self):
        self.expect(self.verify("good-ec", "--at", "2001-01-01"), 4, "cert_not_yet_valid")
        lists = ["--crl", PKI / "root.crl.pem", "--crl", PKI / "intermediate.crl.pem"]
        self.expect(self.verify("revoked", *lists), 4, "cert_revoked")
        self.expect(self.verify("revoked"), 0, "good")
        self.expect(self.verify("client-ec", "--purpose", "client"), 0)
        self.expect(self.verify("client-ec"), 4, "cert_extended_key_usage")

    def test_a_backend_that_cannot_says_so_and_does_not_count(self):
        done = self.verify("good-ec", "--ocsp", PKI / "staple-revoked.ocsp.der", "--json")
        verdicts = {row["backend"]: row["verdict"] for row in json.loads(done.stdout)}
        self.assertEqual(verdicts["openssl"], "cert_revoked")
        self.assertLessEqual(set(verdicts.values()), {"cert_revoked", None})
        self.assertEqual(done.returncode, 4)
        self.expect(self.verify("good-ec", "--backend", "openssl", "--require-ocsp"), 4,
                    "cert_ocsp_missing")

    def test_mistakes(self):
        self.expect(self.verify("good-ec", "--backend", "nosuch"), 3, "nosuch")
        self.expect(self.verify("no-such-case"), 6, "no-such-case")
        self.expect(self.verify("good-ec", "--ocsp", PKI / "none"), 2, "cannot be read")
        self.expect(self.verify("good-ec", "--at", "noon"), 2, "2026-11-23")


def main():
    global PLUGTLS, PKI, MOCKS, STUCK_LOOKUP
    PLUGTLS, STUCK_LOOKUP = sys.argv[1], sys.argv[4]
    PKI, MOCKS = map(pathlib.Path, sys.argv[2:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)


if __name__ == "__main__":
    main()
