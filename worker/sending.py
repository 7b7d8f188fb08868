"""Sending alarms to the outside: mail, webhooks, robots of WeCom and DingTalk. Nothing is followed.

An address that somebody stated must not reach what only this machine reaches: outside of the hosts
that the operator names, it leads to public addresses, and https alone.
"""

import http.client
import ipaddress
import json
import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from storage.accounts.alarms import Outgoing
from worker import alarm_texts

_WAIT_S: Final = 10.0
_MOST: Final = 65_536  # bytes of an answer that are read
_PORTS: Final = {"smtp": 25, "smtps": 465}


class NotSentError(Exception):
    """Why a message did not arrive, in one line."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the operator set. mail_url: smtp(s)://user:password@host:port, empty for no mail.

    hosts: that may be reached wherever they are, by http too.
    """

    mail_url: str = ""
    mail_from: str = ""
    hosts: frozenset[str] = frozenset()


def send(message: Outgoing, outside: Outside) -> None:
    """Send it; NotSentError where it did not arrive."""
    try:
        if message.way == "mail":
            _mail(message, outside)
        elif message.way == "webhook":
            _post(message.address, *alarm_texts.webhook(message, int(time.time())), outside)
        else:
            _robot(message, outside)
    except (OSError, http.client.HTTPException, smtplib.SMTPException, ValueError) as error:
        raise NotSentError(f"{type(error).__name__}: {error}"[:500]) from error


def _robot(message: Outgoing, outside: Outside) -> None:
    answer = _post(message.address, *alarm_texts.robot(message), outside)
    said = json.loads(answer)
    if not isinstance(said, dict) or said.get("errcode") != 0:
        raise NotSentError(f"the robot answered {answer[:300].decode(errors='replace')}")


def _post(url: str, headers: Mapping[str, str], payload: bytes, outside: Outside) -> bytes:
    """Return the answer's first bytes; the connection goes to the very address that was checked."""
    parts = urlsplit(url)
    host, named = parts.hostname or "", (parts.hostname or "") in outside.hosts
    if parts.scheme != "https" and not (named and parts.scheme == "http"):
        raise NotSentError("only https:// is reached")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(host, port, named=named)
    connection = _connection(parts.scheme, host, port)
    connection.sock = socket.create_connection((address, port), timeout=_WAIT_S)
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=payload, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read(_MOST)
        if not 200 <= answer.status < 300:
            raise NotSentError(f"{host} answered {answer.status} {answer.reason}")
        return body
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(host, port, timeout=_WAIT_S)


def _address(host: str, port: int, *, named: bool) -> str:
    """Return an address of a host that may be reached."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for one in found:
        if named or ipaddress.ip_address(one.split("%")[0]).is_global:
            return one
    raise NotSentError(f"{host} is no public address; the operator may name it in alarm_hosts")


def _mail(message: Outgoing, outside: Outside) -> None:
    if not outside.mail_url:
        raise NotSentError("no mail server is set (mail_url)")
    parts = urlsplit(outside.mail_url)
    mail = EmailMessage()
    mail["From"] = outside.mail_from or unquote(parts.username or "")
    mail["To"] = message.address
    mail["Subject"] = alarm_texts.title(message)
    mail["Message-ID"] = f"<alarm-{message.message_id}@commonwatt>"
    mail.set_content("\n".join(alarm_texts.lines(message)))
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 25)
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_WAIT_S, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=_WAIT_S)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)
