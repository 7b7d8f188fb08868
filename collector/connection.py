"""The paho client of a collector, made to its settings: session, window, will and TLS."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collector.delivery.offers import Offer
from collector.packets import BlockClient
from collector.settings import CollectorSettings
from metering.errors import InputError

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_UNDER_WAY: Final = 2_000  # more than the outbox ever has: it keeps the window


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is and as whom to go there; printed without the password."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parsed(broker_url: str) -> Address:
    """Return the parts of a broker's URL."""
    try:
        parts = urlsplit(broker_url)
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        parts, port = urlsplit(""), 0
    if not parts.hostname:
        raise InputError(
            "broker.url_malformed",
            zh="代理地址无效。",
            en="The URL of the broker is not valid.",
            next_zh="请写成 mqtt://用户:密码@主机:端口,TLS 用 mqtts://。",
            next_en="Write mqtt://user:password@host:port, or mqtts:// for TLS.",
            where={"field": "broker_url"},
        )
    return Address(
        parts.hostname,
        port,
        parts.scheme == "mqtts",
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def make_client(settings: CollectorSettings, address: Address) -> Client:
    """Return a client that is not connected yet, with the will that tells of its end."""
    make = BlockClient if settings.reads_blocks else Client
    client = make(
        CallbackAPIVersion.VERSION2,
        client_id=settings.client_id,
        protocol=MQTTv5 if settings.version == 5 else MQTTv311,
        clean_session=None if settings.version == 5 else False,
        reconnect_on_failure=False,  # the collector does it, and goes on writing meanwhile
        manual_ack=True,
    )
    client.connect_timeout = settings.connect_timeout_s
    client.max_inflight_messages_set(_UNDER_WAY)  # paho's own 20 would hold receipts up
    client.will_set(settings.status_topic, status("gone"), qos=1, retain=True)
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    if address.tls:
        client.tls_set(
            ca_certs=_named(settings.ca_file),
            certfile=_named(settings.certificate_file),
            keyfile=_named(settings.key_file),
        )
    return client


def connect(client: Client, settings: CollectorSettings, address: Address) -> None:
    """Ask the broker for the session of before, and a window as wide as the settings say."""
    if settings.version == 4:
        client.connect(address.host, address.port, settings.keepalive_s)
        return
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = settings.receive_maximum
    properties.SessionExpiryInterval = settings.session_expiry_s
    client.connect(
        address.host,
        address.port,
        settings.keepalive_s,
        clean_start=False,
        properties=properties,
    )


def offered(properties: Properties | None, *, session_present: bool) -> Offer:
    """Return what a broker said of itself when it let us in; 3.1.1 has no words for it."""

    def said(name: str, otherwise: Any) -> Any:
        return getattr(properties, name, otherwise)

    return Offer(
        session_present=session_present,
        receive_maximum=said("ReceiveMaximum", 65_535),
        qos=said("MaximumQoS", 2),
        retains=bool(said("RetainAvailable", 1)),
        wildcards=bool(said("WildcardSubscriptionAvailable", 1)),
        shares=bool(said("SharedSubscriptionAvailable", 1)),
        session_expiry_s=said("SessionExpiryInterval", None),
        packet_bytes=said("MaximumPacketSize", None),
    )


def status(state: str, **facts: int | str) -> bytes:
    """Return what the status topic says."""
    return msgspec.json.encode({"state": state, **facts})


def _named(file: Path | None) -> str | None:
    return None if file is None else str(file)
