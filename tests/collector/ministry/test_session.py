"""A collector's connection: who has the key is let in, data are acknowledged once they lie safe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.codecs.parts.xml import elements
from collector.codecs.payload import PayloadError
from collector.ministry.messages import Said, said
from collector.ministry.session import Close, Reply, Session, Take, heard, proof

KEYS = {("310101A001", "01"): b"1234567812345678"}
FRESH, TIME = "40318272", "20260101080000"


def message(kind: str, block: str, gateway: str = "01") -> bytes:
    return (
        "<root><common><building_id>310101A001</building_id><gateway_id>"
        f"{gateway}</gateway_id><type>{kind}</type></common>{block}</root>"
    ).encode()


def told(session: Session, xml: bytes) -> tuple[Session, list]:
    key_of = lambda building, gateway: KEYS.get((building, gateway))  # noqa: E731
    return heard(session, said(xml), xml, key_of=key_of, fresh=FRESH, time=TIME)


def texts(step: Reply) -> dict[str, str]:
    return {one.path[-1]: one.text for one in elements("t", step.xml)}


REQUEST = message("request", '<id_validate operation="request"/>')
NOTIFY = message("heart_beat", '<heart_beat operation="notify"><notify/></heart_beat>')
REPORT = message(
    "continuous",
    '<data operation="continuous"><sequence>7</sequence><time>20260101080000</time>'
    '<meter id="m"><function id="EPI">1</function></meter></data>',
)


def answer(digest: str) -> bytes:
    return message("md5", f'<id_validate operation="md5"><md5>{digest}</md5></id_validate>')


def entered() -> Session:
    session, _ = told(Session(), REQUEST)
    session, _ = told(session, answer(proof(KEYS["310101A001", "01"], FRESH)))
    return session


def test_who_has_the_key_is_let_in_and_its_data_are_taken_before_they_are_acknowledged():
    session, (asked,) = told(Session(), REQUEST)
    assert texts(asked)["sequence"] == FRESH
    session, (passed,) = told(session, answer(proof(KEYS["310101A001", "01"], FRESH).upper()))
    assert texts(passed)["result"] == "pass"
    assert texts(passed)["time"] == TIME

    session, (beat,) = told(session, NOTIFY)
    assert texts(beat)["time"] == TIME
    _, (taken,) = told(session, REPORT)
    assert isinstance(taken, Take)
    assert taken.xml == REPORT
    acknowledged = {one.path[-1]: one for one in elements("t", taken.then)}
    assert acknowledged["type"].text == "continuous_ack"
    assert acknowledged["sequence"].text == "7"


def test_either_order_of_key_and_sequence_is_an_answer():
    session, _ = told(Session(), REQUEST)
    backwards = proof(FRESH.encode(), KEYS["310101A001", "01"].decode())
    assert told(session, answer(backwards))[0].who == ("310101A001", "01")


@pytest.mark.parametrize(
    ("gateway", "digest"), [("01", "0" * 32), ("02", proof(b"1234567812345678", FRESH)), ("01", "")]
)
def test_who_has_not_the_key_is_told_and_shown_out(gateway, digest):
    session, _ = told(Session(), message("request", '<id_validate operation="request"/>', gateway))
    wrong = message(
        "md5", f'<id_validate operation="md5"><md5>{digest}</md5></id_validate>', gateway
    )
    session, (failed, closed) = told(session, wrong)

    assert texts(failed)["result"] == "fail"
    assert isinstance(closed, Close)
    assert session.who is None


def test_an_answer_counts_once_and_only_to_a_question():
    right = answer(proof(KEYS["310101A001", "01"], FRESH))
    assert isinstance(told(Session(), right)[1][-1], Close)
    assert isinstance(told(entered(), right)[1][-1], Close)


@pytest.mark.parametrize("xml", [NOTIFY, REPORT])
def test_nothing_is_taken_before_the_proof_nor_for_another_gateway(xml):
    assert [type(one) for one in told(Session(), xml)[1]] == [Close]
    other = xml.replace(b"<gateway_id>01", b"<gateway_id>02")
    assert [type(one) for one in told(entered(), other)[1]] == [Close]


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "x" * 65, "\u200b"])
def test_a_name_that_can_be_no_level_of_a_topic_is_refused(name):
    with pytest.raises(PayloadError):
        said(message("request", "<id_validate/>", name))


@given(
    st.builds(
        Said,
        building=st.just("310101A001"),
        gateway=st.sampled_from(["01", "02"]),
        operation=st.sampled_from(["request", "md5", "notify", "report", "continuous", "config"]),
        sequence=st.text(max_size=5).filter(str.isprintable),
        md5=st.sampled_from(["", "é", proof(b"1234567812345678", FRESH)]),
        meters=st.booleans(),
    )
)
def test_from_any_state_any_message_takes_data_only_of_who_proved_itself(what):
    for session in (Session(), Session(sequence=FRESH), entered()):
        _, steps = heard(
            session,
            what,
            b"<x/>",
            key_of=lambda building, gateway: KEYS.get((building, gateway)),
            fresh=FRESH,
            time=TIME,
        )
        if any(isinstance(one, Take) for one in steps):
            assert session.who == (what.building, what.gateway)
