#!/usr/bin/env python3
"""`plugtls serve` with thousands of peers at once: live ones, half-open ones, and then SIGTERM. On every backend.

Usage: scale.py PLUGTLS PKI [UNITTEST-ARGUMENTS]
"""

import contextlib
import json
import os
import pathlib
import re
import resource
import socket
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import peer_process as peers  # noqa: E402

PLUGTLS = None
PKI = None
LIVE = 2000
HALF_OPEN = 300
# What a server may need besides: its standard streams, libraries, epoll, signals, the listener.
OWN_DESCRIPTORS = 20
# Two records each way, and as much again for the library's state.
MOST_MEMORY = 128 << 10


def backends():
    done = peers.run(PLUGTLS, "list", "--json")
    return [each["name"] for each in json.loads(done.stdout)["backends"]
            if each["stage"] != "shadowed"]


def resident(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) << 10


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def greet(connection, number):
    data = f"{number} says hello ".encode() * 40
    connection.sendall(data)
    got = b""
    while len(got) < len(data) and (more := connection.recv(len(data))):
        got += more
    return got == data


class Scale(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        cls.context = ssl.create_default_context(cafile=PKI / "root.pem")

    def connect(self, where):
        plain = socket.create_connection(where, peers.LIMIT)
        # Without close_notify the end is an error.
        return self.context.wrap_socket(plain, server_hostname="server.test",
                                        suppress_ragged_eofs=False)

    def test_thousands_of_peers(self):
        for backend in backends():
            with self.subTest(backend), contextlib.ExitStack() as stack:
                server, port = stack.enter_context(peers.plugtls_serve(
                    PLUGTLS, "--backend", backend, "--cert", PKI / "good-ec.chain.pem", "--key",
                    PKI / "good-ec.key.pem", "--handshake-timeout", "5", "--idle-timeout", "600"))
                self.go_through(stack, server, ("127.0.0.1", int(port)))

    def go_through(self, stack, server, where):
        half_open = [stack.enter_context(socket.create_connection(where, peers.LIMIT))
                     for _ in range(HALF_OPEN)]
        for each in half_open[::2]:
            each.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        before = resident(server.process)
        live = [stack.enter_context(self.connect(where)) for _ in range(LIVE)]
        for number, connection in enumerate(live):
            self.assertTrue(greet(connection, number))
        self.assertTrue(greet(live[0], "the first, again,"))

        for each in half_open:
            with contextlib.suppress(ConnectionResetError):
                while each.recv(4096):  # perhaps an alert, then the end
                    pass
            each.close()
        server.wait_until(
            lambda output: output.count(b"the handshake took longer") == HALF_OPEN)
        self.assertLessEqual(descriptors(server.process), LIVE + OWN_DESCRIPTORS)
        memory = (resident(server.process) - before) / LIVE
        print(f"{memory / 1024:.1f} KiB for each connection", flush=True)
        if "PLUGTLS_TEST_SANITIZED" not in os.environ:  # their allocator keeps what was freed
            self.assertLess(memory, MOST_MEMORY)

        staying = live[: LIVE // 2]
        for connection in live[LIVE // 2:]:
            connection.unwrap().close()
        server.wait_until(lambda output: output.count(b", closed\n") == LIVE - len(staying))
        self.assertLessEqual(descriptors(server.process), len(staying) + OWN_DESCRIPTORS)

        self.assertEqual(server.stop(), 0)
        for connection in staying:
            self.assertEqual(connection.recv(1), b"")


def main():
    global PLUGTLS, PKI
    PLUGTLS, PKI = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


if __name__ == "__main__":
    main()
