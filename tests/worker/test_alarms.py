"""Alarms arrive, are signed, are tried again, and reach nothing that only this machine reaches."""

import hashlib
import hmac
import json
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest

from actions.accounts.alarms import AddAlarm, EndAlarm, TestAlarm
from actions.actor import DeniedError
from actions.doing import carry_out
from storage import tasks
from storage.accounts import alarms
from tests.actions.world import make_world
from worker.kinds import alarms as kinds
from worker.registered import do_one
from worker.sending import Outside


@pytest.fixture
def world(database):
    made = make_world(database)
    kinds.reach(Outside(hosts=frozenset({"127.0.0.1"})))
    yield made
    kinds.reach(Outside())
    made.close()


@contextmanager
def listening(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def web(answers):
    """A server that gives these answers one after the other, and keeps what it heard."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, self.headers, body))
            status, said = answers.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/hook?key=1", heard


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs."""

    def handle(self):
        self.say(220)
        lines = []
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.say(354)
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line)
                self.server.heard.append(b"".join(lines))
                self.say(250)
            elif word == b"QUIT":
                self.say(221)
                return
            else:
                self.say(250)

    def say(self, code):
        self.wfile.write(f"{code} ok\r\n".encode())


def route(world, way, address, least="0", name="clinic", language="en"):
    action = AddAlarm.model_validate(
        {"way": way, "address": address, "least_kgce": least, "language": language}
    )
    return carry_out(world.actor(), action, world.institution[name]).result


def try_all(world):
    """Let every message that waits be tried once, whenever it is due."""
    world.admin("UPDATE task SET at = now() WHERE kind = %s AND done_at IS NULL", alarms.KIND)
    with psycopg.connect(world.database.url("worker"), autocommit=True) as connection:
        while do_one(connection, _raise) is not None:
            pass


def _raise(task, error):
    raise error


def record(world):
    with world.actor().look() as connection:
        return alarms.listed(connection, before=2**60, most=10)


def test_a_webhook_is_signed_and_tried_again_until_it_is_taken(world):
    with web([(503, b"later"), (200, b"ok")]) as (url, heard):
        made = route(world, "webhook", url)
        carry_out(world.actor(), TestAlarm(), made.route_id)
        try_all(world)
        [one] = record(world)
        assert (one.state, one.attempts) == ("waiting", 1)
        assert "503" in one.error

        try_all(world)
        [one] = record(world)
        assert (one.state, one.attempts, one.error) == ("sent", 2, None)
        try_all(world)  # what is sent is not sent again

    assert len(heard) == 2
    for path, headers, body in heard:
        assert path == "/hook?key=1"
        signed = hmac.new(
            made.secret.encode(), f"{headers['X-CommonWatt-Timestamp']}.".encode() + body,
            hashlib.sha256,
        )  # fmt: skip
        assert headers["X-CommonWatt-Signature"] == f"sha256={signed.hexdigest()}"
        assert json.loads(body)["event"] == "test"
        assert headers["X-CommonWatt-Message"] == str(one.message_id)
    with pytest.raises(DeniedError), world.actor().look() as connection:
        connection.execute("SELECT secret FROM alarm_route")


def test_a_robot_that_answers_with_an_error_has_not_taken_it(world):
    with web([(200, b'{"errcode":93000,"errmsg":"invalid key"}'), (200, b'{"errcode":0}')]) as (
        url, heard,
    ):  # fmt: skip
        made = route(world, "wecom", url, language="zh")
        carry_out(world.actor(), TestAlarm(), made.route_id)
        try_all(world)
        assert "invalid key" in record(world)[0].error
        try_all(world)
        assert record(world)[0].state == "sent"
    said = json.loads(heard[0][2])
    assert said["msgtype"] == "text"
    assert "测试消息" in said["text"]["content"]


def test_mail_goes_through_the_operators_server(world):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
    server.heard = []
    with listening(server) as port:
        kinds.reach(Outside(f"smtp://127.0.0.1:{port}", "platform@example.org"))
        made = route(world, "mail", "energy@example.org")
        carry_out(world.actor(), TestAlarm(), made.route_id)
        try_all(world)
    assert record(world)[0].state == "sent"
    [mail] = server.heard
    assert b"To: energy@example.org" in mail
    assert b"This address works." in mail


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1/x", "no public address"),
        ("https://localhost/x", "no public address"),
        ("https://[::1]:8460/x", "no public address"),
        ("https://10.0.0.1/x", "no public address"),
        ("https://169.254.169.254/latest", "no public address"),
        ("http://203.0.113.1/x", "only https"),
    ],
)
def test_what_only_this_machine_reaches_is_not_reached(world, url, reason):
    kinds.reach(Outside())
    made = route(world, "webhook", url)
    carry_out(world.actor(), TestAlarm(), made.route_id)
    try_all(world)
    assert reason in record(world)[0].error


def test_findings_of_the_last_week_are_told_to_whom_they_are_large_enough(world):
    with web([(200, b"ok")] * 3) as (url, heard):
        small = route(world, "webhook", url)
        route(world, "webhook", f"{url}2", least="0.2")
        ended = route(world, "webhook", f"{url}3")
        route(world, "webhook", f"{url}4", name="office")
        carry_out(world.actor(), EndAlarm(), ended.route_id)
        with psycopg.connect(world.database.url("worker")) as connection:
            for days in (1, 9):  # the older one is none of the last week
                connection.execute(
                    """INSERT INTO finding (channel_id, kind, first, until, used, expected,
                           score, method)
                       VALUES (%s, 'overuse', now() - %s * interval '1 day',
                               now() - %s * interval '1 day' + interval '5 hours',
                               2500, 1250, 9, 'weekly-1')""",
                    [world.channel["clinic e"], days, days],
                )
            for message in alarms.tell(connection):
                tasks.add(connection, alarms.KIND, str(message), datetime.now(UTC))
        try_all(world)
    [(path, _, body)] = heard  # 1.25 kWh are 0.154 kgce: below what the second asked for
    assert path == "/hook?key=1"
    told = json.loads(body)
    assert (told["event"], told["count"]) == ("findings", 1)
    [one] = told["findings"]
    assert (one["used"], one["usual"], one["kgce"]) == ("2.5", "1.25", "0.154")
    assert record(world)[0].address == url
    assert small.secret
