#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""B14: what a client pays for a handshake, as plugtls compare tells it of OpenSSL, is what `openssl s_time` finds.

Usage: check_s_time.py PLUGTLS PKI_MODULE_FOLDER

Both verify a leaf and an intermediate of P-256, by X25519 and AES-128-GCM in TLS 1.3, and are compared by the processor
time of the client's own calls, in alternation; the median of the rounds' ratios counts. s_time speaks over loopback TCP:
its user time leaves the kernel's part out, which a handshake in memory does not have, but not that of making sockets, which
is why the limit is wider than that of check_compare.py.
"""

import datetime
import io
import json
import os
import pathlib
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

ROUNDS = 11
SECONDS = 1
LIMIT = 0.10


def make_identity(folder, make_pki):
    never = {"start": datetime.datetime(2020, 1, 1), "end": datetime.datetime(2120, 1, 1)}
    root = make_pki.authority("root", key=make_pki.new_key("p256"), **never)
    ca = make_pki.authority("intermediate", root, key=make_pki.new_key("p256"), path_length=0, **never)
    server = make_pki.leaf(ca, kind="p256", **never)
    (folder / "root.pem").write_text(make_pki.pem("CERTIFICATE", root.der))
    (folder / "server.pem").write_text("".join(make_pki.pem("CERTIFICATE", der) for der in server.chain()))
    (folder / "server.key").write_text(make_pki.pem("PRIVATE KEY", server.key_der))


class Server:
    """openssl s_server on a port that the kernel chooses."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", folder / "server.pem", "-cert_chain",
             folder / "server.pem", "-key", folder / "server.key", "-num_tickets", "0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.port = self._port()
        # It says a lot of every connection, and stands still when nobody reads it.
        threading.Thread(target=shutil.copyfileobj, args=(self.process.stdout, io.BytesIO()), daemon=True).start()

    def _port(self):
        said = b""
        while select.select([self.process.stdout], [], [], 10)[0]:
            some = os.read(self.process.stdout.fileno(), 4096)
            said += some
            found = re.search(rb"ACCEPT \S*:(\d+)\s", said)
            if found:
                return int(found[1])
            if not some:
                break
        sys.exit(f"openssl s_server does not accept: {said}")


def s_time(folder, port):
    done = subprocess.run(
        ["openssl", "s_time", "-new", "-connect", f"127.0.0.1:{port}", "-ciphersuites", "TLS_AES_128_GCM_SHA256",
         "-tls1_3", "-CAfile", folder / "root.pem", "-verify", "3", "-time", str(SECONDS)],
        capture_output=True, text=True, check=False, timeout=60)
    found = re.search(r"(\d+) connections in ([\d.]+)s;", done.stdout)
    if not found or int(found[1]) == 0:
        sys.exit(f"openssl s_time: {done.stdout}{done.stderr}")
    return int(found[1]) / float(found[2])


def ours(plugtls):
    source, sink = os.pipe()
    request = json.dumps({"backend": "openssl", "measure": "handshakes", "version": 0x0304, "seconds": SECONDS})
    subprocess.run(["bash", "-c", f'exec "$0" "$@" 3>&{sink}', plugtls, "compare-measure", request],
                   pass_fds=(sink,), check=True, timeout=60)
    os.close(sink)
    with os.fdopen(source) as answer:
        told = json.load(answer)["ok"]
    return 1 / (1 / told["per_second"] - 1 / told["server_per_second"])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    plugtls, pki = sys.argv[1:]
    os.environ.setdefault("PLUGTLS_PKI_TIME", "1780272000")
    sys.path.insert(0, pki)
    import make_pki  # pylint: disable=import-outside-toplevel
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_identity(folder, make_pki)
        server = Server(folder)
        try:
            pairs = []
            for _ in range(ROUNDS):
                pairs.append((ours(plugtls), s_time(folder, server.port)))
        finally:
            server.process.kill()
            server.process.wait()
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    print(f"full handshakes a second of a client's processor: plugtls compare "
          f"{statistics.median(mine for mine, _ in pairs):.0f}, openssl s_time "
          f"{statistics.median(theirs for _, theirs in pairs):.0f}, ratio {ratio:.3f}")
    if abs(ratio - 1) > LIMIT:
        sys.exit(f"more than {LIMIT:.0%} apart")


if __name__ == "__main__":
    main()
