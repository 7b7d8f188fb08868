"""Telegrams of a meter's P1 port (DSMR 2 to 5, ESMR, Belgium, Luxembourg), as readers publish them.

Keys are the OBIS codes of the telegram, such as 1-0:1.8.1 or 0-1:24.2.1. What is energy, volume or
power is a reading; voltages, currents, texts and counts of failures are passed over.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from collector.codecs.parts.rows import NO_VALUE
from collector.codecs.parts.times import within
from collector.codecs.payload import (
    MAX_PAYLOAD_BYTES,
    PayloadError,
    check_shape,
    malformed,
    too_large,
)
from metering.messages import Decoded, Message

_UNITS: Final = frozenset({"Wh", "kWh", "MWh", "W", "kW", "MJ", "GJ", "m3"})
# A value alone, or with its own time before it: (160210200000W)(01197.484*m3).
_LINE: Final = re.compile(
    rb"^(\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3})(?:\((\d{12}[SW])\))?"
    rb"\((\d{1,12}(?:\.\d{1,6})?)\*([A-Za-z0-9]{1,6})\)[ \t]*\r?$",
    re.MULTILINE,
)
_TIME: Final = re.compile(rb"^0-0:1\.0\.0\((\d{12}[SW])\)\r?$", re.MULTILINE)
# DSMR 2 and 3 have gas on two lines, at a local time that says neither summer nor winter.
_GAS_2: Final = re.compile(
    rb"^(\d-\d:24\.3\.0)\((\d{12})\)(?:\([^()\r\n]{0,40}\)){4}\((m3)\)\r?\n"
    rb"\((\d{1,9}(?:\.\d{1,6})?)\)\r?$",
    re.MULTILINE,
)
_OF_GAS_2: Final = ZoneInfo("Europe/Amsterdam")  # these meters stand in the Netherlands alone
# No power of now: the mean of the quarter that runs and the month's greatest (Belgium), and the
# limit at which the meter would cut off.
_NO_POWER: Final = re.compile(rb"\.[46]\.0$|:17\.0\.0$")
_ENCRYPTED: Final = b"\xdb\x08"  # as meters of Luxembourg and Austria send them
_END: Final = re.compile(rb"^!([0-9A-Fa-f]{4})?[ \t\r\n]*\Z", re.MULTILINE)
_HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _table() -> tuple[int, ...]:
    """Return the remainders of single bytes: CRC-16 with the polynomial 0x8005, bits reversed."""
    remainders = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        remainders.append(crc)
    return tuple(remainders)


_CRC: Final = _table()


class Register(NamedTuple):
    """One value of a telegram; at_ms: its own time, for what is read off another meter."""

    key: str
    value: float
    unit: str
    at_ms: int | None = None


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to read the telegrams of one kind of meter.

    winter_offset_min: what its clock is ahead of UTC in winter; in summer it is an hour more.
    checksum_needed: whether a telegram without a checksum (DSMR 2 and 3) is refused.
    """

    winter_offset_min: Annotated[int, msgspec.Meta(ge=-720, le=840)] = 60
    checksum_needed: bool = False

    def decode(self, message: Message) -> Decoded:
        """Return the readings of one telegram; its own time is that of all that name none."""
        telegram = message.payload
        if len(telegram) > MAX_PAYLOAD_BYTES:
            raise too_large()
        self._check(telegram)
        found = _TIME.search(telegram)
        at_ms = self._own(found[1], message.received_ms) if found else None
        untold = found is not None and at_ms is None
        rows = [
            row
            for row in _LINE.findall(telegram)
            if row[3].decode() in _UNITS and not _NO_POWER.search(row[0])
        ]
        rows += [(key, own, value, unit) for key, own, unit, value in _GAS_2.findall(telegram)]
        keys = [key.decode() for key, _, _, _ in rows]
        check_shape(keys, keys, keys)
        by_ms = message.received_ms
        times = [self._own(own, by_ms) if own else at_ms for _, own, _, _ in rows]
        bad = [
            time is None and (untold or bool(own))
            for (_, own, _, _), time in zip(rows, times, strict=True)
        ]
        return Decoded(
            None,
            keys,
            times,
            [NO_VALUE if wrong else float(row[2]) for row, wrong in zip(rows, bad, strict=True)],
            unit=[unit.decode() for _, _, _, unit in rows],
            quality=["dsmr.no_time" if wrong else None for wrong in bad] if any(bad) else None,
        )

    def encode(
        self, at_ms: int | None, registers: Sequence[Register], summer: bool = False
    ) -> bytes:
        """Return a telegram; instants to the second, values to the thousandth."""
        lines = [b"/CWT5COMMONWATT", b"", b"1-3:0.2.8(50)"]
        if at_ms is not None:
            lines.append(b"0-0:1.0.0(%s)" % self._instant_text(at_ms, summer))
        for one in registers:
            own = b"" if one.at_ms is None else b"(%s)" % self._instant_text(one.at_ms, summer)
            value = f"{one.value:010.3f}*{one.unit}"
            lines.append(b"%s%s(%s)" % (one.key.encode(), own, value.encode()))
        body = b"\r\n".join([*lines, b"!"])
        return body + b"%04X\r\n" % crc16(body)

    def _check(self, telegram: bytes) -> None:
        """Refuse what is cut short or garbled on the way."""
        if telegram.startswith(_ENCRYPTED):
            raise _encrypted()
        start, end = telegram.find(b"/"), _END.search(telegram)
        if start < 0 or end is None or start > end.start():
            raise malformed("dsmr", "no telegram from / to !")
        if end[1] is None:
            if self.checksum_needed:
                raise malformed("dsmr", "no checksum after !")
        elif not _whole(telegram[start : end.start() + 1], int(end[1], 16)):
            raise PayloadError(
                "payload.checksum",
                zh="报文的校验码不符:传输中有误。",
                en="The telegram does not match its checksum: it was garbled on the way.",
                next_zh="请检查 P1 端口的线路;该报文不计。",
                next_en="Look at the cable of the P1 port; this telegram does not count.",
            )

    def _instant(self, text: bytes) -> int:
        """Return the instant of a clock that says whether it is summer (S) or winter (W)."""
        try:
            local = datetime.strptime(text[:12].decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError as error:
            raise malformed("dsmr", f"no time: {text.decode()}") from error
        at = local - self._ahead(summer=text[12:] == b"S")
        return within("dsmr", (at - _EPOCH) // timedelta(milliseconds=1), text.decode())

    def _own(self, text: bytes, by_ms: int) -> int | None:
        """Return the time of another meter's value; None where it has none, for it is dead."""
        try:
            return self._instant(text) if text[12:] else _of_gas_2(text, by_ms)
        except PayloadError:
            return None

    def _instant_text(self, at_ms: int, summer: bool) -> bytes:
        local = _EPOCH + timedelta(milliseconds=at_ms) + self._ahead(summer=summer)
        return f"{local:%y%m%d%H%M%S}{'S' if summer else 'W'}".encode()

    def _ahead(self, *, summer: bool) -> timedelta:
        return timedelta(minutes=self.winter_offset_min) + (_HOUR if summer else timedelta(0))


def _of_gas_2(text: bytes, by_ms: int) -> int:
    """Return the instant of a clock that does not say its season; by_ms: when it arrived.

    In the hour that autumn repeats it is the later one, unless that had not come yet.
    """
    try:
        local = datetime.strptime(text.decode(), "%y%m%d%H%M%S").replace(tzinfo=_OF_GAS_2)
    except ValueError as error:
        raise malformed("dsmr", f"no time: {text.decode()}") from error
    later, first = (
        (local.replace(fold=fold) - _EPOCH) // timedelta(milliseconds=1) for fold in (1, 0)
    )
    return within("dsmr", later if later <= by_ms else min(first, later), text.decode())


def _whole(telegram: bytes, checksum: int) -> bool:
    """Return whether a checksum is right; a reader may have left the returns out of its lines."""
    if crc16(telegram) == checksum:
        return True
    lines = telegram.replace(b"\r\n", b"\n")
    return lines == telegram and crc16(lines.replace(b"\n", b"\r\n")) == checksum


def _encrypted() -> PayloadError:
    return PayloadError(
        "payload.encrypted",
        zh="报文已加密(DLMS,AES-GCM)。",
        en="The telegram is encrypted (DLMS, AES-GCM).",
        next_zh="请在读取 P1 端口的设备上填写电网公司给出的密钥,由它解密后再发布。",
        next_en="Give the reader of the P1 port the key that the grid operator handed out: it "
        "decrypts before it publishes.",
    )


def crc16(telegram: bytes) -> int:
    """Return the checksum that a telegram carries, over all from / to !."""
    crc = 0
    for byte in telegram:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc
