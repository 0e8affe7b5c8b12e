"""Servers and clients that are other programs: started on loopback with a time limit, stopped by process id."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

LIMIT = 20


class Missing(Exception):
    """A program that a test needs and that is not installed: a failure, with what to install."""


def program(name, package):
    found = shutil.which(name)
    if not found:
        raise Missing(f"{name} is not installed: apt-get install {package}")
    return found


def run(*command, stdin="", **options):
    """Runs a program to its end; bytes in and out."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    return subprocess.run([str(part) for part in command], input=data, capture_output=True,
                          timeout=LIMIT, check=False, **options)


class Process:
    """A server with its standard error collected as it comes."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.output = b""
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self._collect, args=(stream,), daemon=True)
                        for stream in (self.process.stdout, self.process.stderr)]
        for reader in self.readers:
            reader.start()

    def _collect(self, stream):
        while chunk := os.read(stream.fileno(), 65536):
            with self.changed:
                self.output += chunk
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait_for(self, pattern):
        """The match of a regular expression in what it says."""
        return self.wait_until(lambda output: re.search(pattern, output), pattern)

    def wait_until(self, look, what="what was waited for"):
        """What `look` finds in the output so far, as soon as that is true."""
        with self.changed:
            self.changed.wait_for(lambda: look(self.output) or self.process.poll() is not None,
                                  LIMIT)
            # The output may have ended with what is looked for.
            for reader in self.readers if self.process.poll() is not None else []:
                self.changed.wait_for(lambda r=reader: not r.is_alive(), 1)
            found = look(self.output)
        if not found:
            raise AssertionError(f"{self.process.args[0]} did not say {what!r} but\n"
                                 + self.output[-4000:].decode(errors="replace"))
        return found

    def stop(self):
        """Its exit status, once it has been told to end; it is killed if it does not."""
        self.process.terminate()
        try:
            return self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            for reader in self.readers:
                reader.join(LIMIT)
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                stream.close()


@contextlib.contextmanager
def running(*command, **options):
    process = Process(command, **options)
    try:
        yield process
    finally:
        if process.process.stdin and not process.process.stdin.closed:
            process.stop()


@contextlib.contextmanager
def plugtls_serve(plugtls, *options):
    """`plugtls serve` on a free port: the process and the port."""
    with running(plugtls, "serve", "--port", "0", *options) as process:
        yield process, process.wait_for(rb"listening on \S+:(\d+)").group(1).decode()


@contextlib.contextmanager
def openssl_serve(pki, case, *options):
    """`openssl s_server` on a free port."""
    openssl = program("openssl", "openssl")
    with running(openssl, "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert",
                 pki / f"{case}.pem", "-cert_chain", pki / f"{case}.chain.pem", "-key",
                 pki / f"{case}.key.pem", *options) as process:
        yield process, process.wait_for(rb"ACCEPT \S+:(\d+)").group(1).decode()


def free_port():
    """One that was free a moment ago: for servers that cannot choose one themselves; whoever uses it tries again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


NGINX = """
daemon off; master_process off; pid {directory}/pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {directory}/1; proxy_temp_path {directory}/2; fastcgi_temp_path {directory}/3;
  uwsgi_temp_path {directory}/4; scgi_temp_path {directory}/5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {chain}; ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    {extra}
    location / {{ default_type text/plain; return 200 "nginx says $ssl_protocol\\n"; }}
  }}
}}
"""


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), LIMIT):
        return True
    return False


@contextlib.contextmanager
def nginx_serve(pki, case, extra=""):
    """nginx on a port that was free; another one if somebody took it in between."""
    nginx = program("nginx", "nginx-light")
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        for _ in range(5):
            port = free_port()
            (directory / "nginx.conf").write_text(NGINX.format(
                directory=directory, port=port, chain=pki / f"{case}.chain.pem",
                key=pki / f"{case}.key.pem", extra=extra))
            with running(nginx, "-p", directory, "-e", "stderr", "-c",
                         directory / "nginx.conf") as process:
                end = time.monotonic() + LIMIT
                while process.process.poll() is None and time.monotonic() < end:
                    if answers(port):
                        yield process, str(port)
                        return
                    # nginx says nothing when it is ready; what is waited for is its port.
                    time.sleep(0.01)
                if b"Address already in use" not in process.output:
                    raise AssertionError(process.output.decode(errors="replace"))
        raise AssertionError("no port for nginx")


def gnutls_priority(version):
    return f"NORMAL:-VERS-ALL:+VERS-TLS{version}"


@contextlib.contextmanager
def gnutls_serve(pki, case, version, *options):
    """`gnutls-serv --echo` on a port that was free; another one if somebody took it in between."""
    gnutls = program("gnutls-serv", "gnutls-bin")
    for _ in range(5):
        port = free_port()
        with running(gnutls, "--echo", "-p", str(port), "--priority", gnutls_priority(version),
                     "--x509certfile", pki / f"{case}.chain.pem", "--x509keyfile",
                     pki / f"{case}.key.pem", *options) as process:
            said = process.wait_for(rb"IPv4 \S+ port \d+\.\.\.(done|bind|failed)|bind\(\) failed")
            if said.group(1) == b"done":
                yield process, str(port)
                return
    raise AssertionError("no port for gnutls-serv")
