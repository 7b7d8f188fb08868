"""TLS at the ministry's door: its certificate, read again when it is renewed; nothing below 1.2."""

import logging
import ssl
import threading
from pathlib import Path
from socket import socket

from collector.notices import Log, tell
from metering.errors import InputError

_Seen = tuple[tuple[int, int], ...]


class Tls:
    """The door's own certificate, and who signs those of collectors, where they have to show one.

    InputError where the files cannot be used.
    """

    def __init__(self, certificate: Path, key: Path, client_ca: Path | None = None) -> None:
        self._files = (certificate, key, *((client_ca,) if client_ca else ()))
        self._client_ca = client_ca
        self._turn = threading.Lock()
        self._seen = self._looked()
        self._refused: _Seen | None = None  # what was told of last
        self._context = self._made()

    def wrapped(self, peer: socket, log: Log) -> ssl.SSLSocket:
        """Return a connection under TLS, its handshake still to be made.

        Files that were renewed count from now on; ones that cannot be used change nothing, for a
        renewal writes one after the other, and are told of once, however many knock.
        """
        with self._turn:
            seen = self._looked()
            if seen != self._seen:
                self._renew(seen, log)
            context = self._context
        return context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)

    def _renew(self, seen: _Seen, log: Log) -> None:
        try:
            self._context = self._made()
        except InputError as error:
            if seen != self._refused:
                tell(log, logging.WARNING, _kept(error))
            self._refused = seen
        else:
            self._seen = seen
            log(logging.INFO, "the certificate was renewed", files=str(self._files[0]))

    def _looked(self) -> _Seen:
        try:
            return tuple((one.stat().st_ino, one.stat().st_mtime_ns) for one in self._files)
        except OSError:
            return ()

    def _made(self) -> ssl.SSLContext:
        certificate, key = self._files[:2]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
            if self._client_ca is not None:
                context.load_verify_locations(self._client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ValueError) as error:  # ssl's are OSErrors
            names = ", ".join(map(str, self._files))
            raise _unusable(names, str(error)) from error
        return context


def _no_password() -> str:
    """Refuse a key that wants a password, which openssl would ask for at the terminal."""
    raise ValueError("the key is encrypted")


def _kept(error: InputError) -> InputError:
    """Return what to tell of renewed files that cannot be used."""
    return InputError(
        "ministry.certificate_kept",
        zh=f"更新后的{error.zh}沿用此前的证书。",
        en=f"It was renewed, and cannot be used: {error.en} The one of before stays.",
        next_zh=error.next_zh,
        next_en=error.next_en,
        where=error.where,
    )


def _unusable(names: str, why: str) -> InputError:
    return InputError(
        "ministry.certificate",
        zh=f"证书或私钥无法使用({names}):{why}。",
        en=f"Certificate or key cannot be used ({names}): {why}.",
        next_zh="两者须为 PEM、彼此匹配、私钥不加密,并可由本进程读取;证书文件含中间证书。",
        next_en="Both are PEM and belong together, the key is not encrypted, this process may "
        "read them; the certificate's file holds intermediate ones, too.",
        where={"files": names},
    )
