"""TLS at the door, by the standard library's client: no old version, and a renewed certificate."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from collector.ministry.tls import Tls
from metering.errors import InputError
from tests.collector.ministry.on_site import Collector
from tests.collector.ministry.test_door import opened_door
from tests.collector.rig import MemorySink


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    """Two self-signed certificates with their keys."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate to test with")
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("first", "second"):
        made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        made += f" -subj /CN={name} -addext subjectAltName=DNS:localhost"
        made += f" -keyout {folder}/{name}.key -out {folder}/{name}.pem"
        subprocess.run(made.split(), check=True, capture_output=True)
    return folder


def trusting(folder: Path, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for name in names:
        context.load_verify_locations(folder / f"{name}.pem")
    return context


def test_a_report_under_tls_is_stored_and_whoever_speaks_plainly_or_old_is_not_heard(issued):
    sink, tls = MemorySink(), Tls(issued / "first.pem", issued / "first.key")
    with opened_door(sink, tls=tls, proof_s=2) as door:
        one = Collector(door.port, tls=trusting(issued, "first"))
        assert one.peer.version() in {"TLSv1.2", "TLSv1.3"}
        assert one.enter() == "pass"
        one.send_report(7, "12.5")
        assert one.answer()["sequence"] == "7"
        one.close()
        plain = Collector(door.port)
        plain.send_report(8, "1.5")
        with pytest.raises((OSError, IndexError)):
            assert plain.answer()["sequence"] == "8"
        old = trusting(issued, "first")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version|unsupported.protocol"):
            Collector(door.port, tls=old)
    assert len(sink.rows) == 1


def test_a_renewed_certificate_counts_and_a_half_written_one_changes_nothing(issued, tmp_path):
    own = (tmp_path / "door.pem", tmp_path / "door.key")
    for file, of in zip(own, ("first.pem", "first.key"), strict=True):
        shutil.copyfile(issued / of, file)
    with opened_door(MemorySink(), tls=Tls(*own)) as door:
        assert seen(door.port, trusting(issued, "first")) == "first"
        shutil.copyfile(issued / "second.pem", own[0])  # its key comes a moment later
        for _ in range(2):
            assert seen(door.port, trusting(issued, "first", "second")) == "first"
        assert door.log.codes.count("ministry.certificate_kept") == 1  # told once, not each time
        shutil.copyfile(issued / "second.key", own[1])
        assert seen(door.port, trusting(issued, "first", "second")) == "second"
        assert "the certificate was renewed" in door.log.events


def test_with_an_authority_named_collectors_show_a_certificate(issued):
    tls = Tls(issued / "first.pem", issued / "first.key", issued / "second.pem")
    with opened_door(MemorySink(), tls=tls, proof_s=2) as door:
        with pytest.raises((ssl.SSLError, ConnectionError, IndexError, KeyError)):
            Collector(door.port, tls=trusting(issued, "first")).enter()
        known = trusting(issued, "first")
        known.load_cert_chain(issued / "second.pem", issued / "second.key")
        assert Collector(door.port, tls=known).enter() == "pass"


def test_files_that_cannot_be_used_are_named(issued, tmp_path):
    for certificate, key in (("first.pem", "second.key"), ("first.key", "first.key"), ("no", "no")):
        with pytest.raises(InputError) as caught:
            Tls(issued / certificate, issued / key)
        assert certificate in caught.value.en


def seen(port: int, context: ssl.SSLContext) -> str:
    """Return whose certificate the door shows."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as peer,
    ):
        subject = dict(pair[0] for pair in peer.getpeercert()["subject"])
        return subject["commonName"]
