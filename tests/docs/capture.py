"""A TCP proxy that writes what passes through it as a capture, as if it had been taken from a wire: no privileges needed."""

import contextlib
import selectors
import socket
import struct
import threading

CLIENT, SERVER = 40000, 443  # ports in the capture: tshark takes the second for TLS
LINK_RAW = 101               # packets begin with the IP header


class Capture:
    """The packets of one TCP connection."""

    def __init__(self):
        self.packets = []
        self.sent = {CLIENT: 1000, SERVER: 2000}  # sequence numbers
        self._add(CLIENT, 0x02)
        self._add(SERVER, 0x12)
        self._add(CLIENT, 0x10)

    def _add(self, source, flags, data=b""):
        to = SERVER if source == CLIENT else CLIENT
        tcp = struct.pack(">HHIIBBHHH", source, to, self.sent[source],
                          self.sent[to] if flags & 0x10 else 0, 5 << 4, flags, 65535, 0, 0) + data
        ends = [b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02"]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), len(self.packets), 0, 64, 6, 0)
        self.packets.append(ip + b"".join(ends if source == CLIENT else ends[::-1]) + tcp)
        self.sent[source] += len(data) + (1 if flags & 0x03 else 0)

    def end(self, source):
        self._add(source, 0x11)

    def data(self, source, data):
        for at in range(0, len(data), 1400):
            self._add(source, 0x18, data[at:at + 1400])

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINK_RAW))
            for number, packet in enumerate(self.packets):
                file.write(struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet)


def relay(capture, client, server):
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, (CLIENT, server))
        selector.register(server, selectors.EVENT_READ, (SERVER, client))
        while selector.get_map():
            for key, _ in selector.select():
                source, to = key.data
                with contextlib.suppress(OSError):
                    if data := key.fileobj.recv(65536):
                        capture.data(source, data)
                        to.sendall(data)
                        continue
                    capture.end(source)
                    to.shutdown(socket.SHUT_WR)
                selector.unregister(key.fileobj)


@contextlib.contextmanager
def proxy(port, path, limit):
    """The port of a proxy to `port` for one connection, which is captured in `path` when the block ends."""
    capture = Capture()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve():
            with listening.accept()[0] as client, \
                 socket.create_connection(("127.0.0.1", port), limit) as server:
                relay(capture, client, server)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(limit)
        capture.write(path)
