#!/usr/bin/env python3
"""The README's client and server talk to each other, and to the plugtls program.

Usage: run_readme.py CLIENT SERVER PLUGTLS PKI
"""

import contextlib
import subprocess
import sys

LIMIT = 20


@contextlib.contextmanager
def server(*command):
    """Starts it and yields its port: the number after the last colon of its first line."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               text=True)
    try:
        line = process.stderr.readline()
        if ":" not in line:
            sys.exit(f"{command[0]} said {line!r} instead of its port")
        yield line.rsplit(":", 1)[1].strip()
    finally:
        process.terminate()
        process.wait(LIMIT)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False,
                          **options)


def expect(what, done, status, output):
    if done.returncode != status or output not in done.stdout + done.stderr:
        sys.exit(f"{what}: exit {done.returncode}, said\n{done.stdout}{done.stderr}")
    print(f"{what}: good")


def main():
    client, own_server, plugtls, pki = sys.argv[1:]
    good = f"{pki}/good-ec"
    root = f"{pki}/root.pem"
    with server(own_server, f"{good}.chain.pem", f"{good}.key.pem", "0") as port:
        expect("the README's client with its server",
               run(client, "127.0.0.1", port, "server.test", root), 0, "hello")
        expect("plugtls connect with the README's server",
               run(plugtls, "connect", f"server.test:{port}", "--address", "127.0.0.1", "--ca",
                   root, input="GET / HTTP/1.1\r\nHost: server.test\r\n\r\n"), 0, "hello")
        expect("the README's client, asking for another name",
               run(client, "127.0.0.1", port, "other.test", root), 1, "cert_name_mismatch")
    with server(plugtls, "serve", "--cert", f"{good}.chain.pem", "--key", f"{good}.key.pem",
                "--port", "0", "--mode", "http") as port:
        expect("the README's client with plugtls serve",
               run(client, "127.0.0.1", port, "server.test", root), 0, "plugtls serve")


if __name__ == "__main__":
    main()
