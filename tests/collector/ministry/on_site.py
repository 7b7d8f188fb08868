"""A collector in a building, which speaks to the ministry's door as its maker's manual has it."""

import socket
import ssl

from collector.codecs.parts.xml import elements
from collector.ministry.frames import USUAL_HEAD, Deframer, Frame, framed, opened, sealed
from collector.ministry.session import proof

AES = bytes(range(1, 17))


class Collector:
    """A collector on site, as its maker's manual has it."""

    def __init__(
        self, port: int, head: bytes = USUAL_HEAD, tls: ssl.SSLContext | None = None
    ) -> None:
        self._head = head
        self.peer = socket.create_connection(("127.0.0.1", port), 10)
        if tls is not None:
            self.peer = tls.wrap_socket(self.peer, server_hostname="localhost")
        self._deframer, self._frames, self._number = Deframer(), [], 0

    def ask(self, kind: str, block: str) -> dict[str, str]:
        """Send a message and return what the door answers, by the names of elements."""
        self.send(kind, block)
        return self.answer()

    def send(self, kind: str, block: str) -> None:
        """Send a message."""
        self._number += 1
        xml = (
            '<?xml version="1.0" encoding="utf-8"?><root><common><building_id>310101A001'
            f"</building_id><gateway_id>01</gateway_id><type>{kind}</type></common>{block}</root>"
        )
        content = sealed(xml.encode(), AES)
        self.peer.sendall(framed(Frame(self._number, content, self._head)))

    def answer(self) -> dict[str, str]:
        """Return the next answer by the names of its elements; nothing once it was shown out."""
        while not self._frames:
            data = self.peer.recv(1_000)
            if not data:
                return {}
            self._frames += self._deframer.feed(data)
        frame = self._frames.pop(0)
        return {one.path[-1]: one.text for one in elements("t", opened(frame.content, AES))}

    def enter(self, key: bytes = b"1234567812345678") -> str:
        """Prove a key; return what the door says to it."""
        asked = self.ask("request", '<id_validate operation="request"/>')
        digest = proof(key, asked["sequence"])
        block = f'<id_validate operation="md5"><md5>{digest}</md5></id_validate>'
        return self.ask("md5", block)["result"]

    def send_report(self, sequence: int, value: str, time: str = "20260101080000") -> None:
        """Send the reading of one meter. time: of China."""
        self.send(
            "continuous",
            f'<data operation="continuous"><sequence>{sequence}</sequence><parser>yes</parser>'
            f'<time>{time}</time><meter id="m1"><function id="EPI" error="0">'
            f"{value}</function></meter></data>",
        )

    def close(self) -> None:
        """Hang up."""
        self.peer.close()
