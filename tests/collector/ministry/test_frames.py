"""The ministry's frames: a real one is read, the cipher is the standard's, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ministry.aes import decrypted, encrypted
from collector.ministry.frames import USUAL_HEAD, Deframer, Frame, Torn, framed, opened, sealed

KEY = bytes(range(1, 17))
OTHER_HEAD = bytes.fromhex("55AA55AA")
# A server's answer as a public client of this protocol notes it; its key is 01 02 … 10.
REAL = bytes.fromhex(
    "55AA55AAF400000000010000BCFD4378A5DFB425C45E3F9069FA0AE328752273149D7B897A769BE1"
    "753DFD6CCAE9F221B9DA9B1595A80B31A0DCAADEB91396C41FA94050BE0BAA6DBB17DD96AF8E3988"
    "16A22DC168D41E594C3EB8A11DBE19FE4F607DE5632FB6264A6E120E38DEE2E1F24B62009A48F5B1"
    "90B3C23C8F7EC1FC778B1AA55D8547F9073A74B7E7B1A36A2A70F48EC26B55B25796D4A2D0FAB52D"
    "DA147C4ED8192CFE5A97CD47F8FACF0CD4FD2667C2D6EF51A14AD85A21BD7483B0B3FD34A5440FFB"
    "3B0179B0BBF0E41E4DA156329D713C35F02BE0E4E098DDEDD24A116FDA9BEDA80D20982EA06F2268"
    "362210B60E5BE667A124A4F64B7868681616"
)
FRAMES = st.builds(
    Frame,
    st.integers(0, 2**32 - 1),
    st.binary(max_size=60),
    st.sampled_from([USUAL_HEAD, OTHER_HEAD]),
) | st.builds(Frame, st.just(0), st.binary(max_size=60), st.sampled_from([b"\x1f\x1f\x01"]))


def test_a_real_frame_is_read_and_its_xml_comes_out():
    (frame,) = Deframer().feed(REAL)
    xml = opened(frame.content, KEY)

    assert frame.number == 256
    assert xml.startswith(b"<root>")
    assert b"<building_id>330302D110</building_id>" in xml
    assert xml.endswith(b"</root>")
    assert framed(frame) == REAL


def test_the_cipher_is_that_of_the_standard():
    """The example of SP 800-38A, F.2.1."""
    key, first = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), bytes(range(16))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    coded = bytes.fromhex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")

    assert encrypted(plain, key, first) == coded
    assert decrypted(coded, key, first) == plain


@given(st.binary(max_size=100).map(lambda data: b"<" + data + b">"), st.none() | st.just(KEY))
def test_what_is_sealed_is_opened(xml, key):
    assert opened(sealed(xml, key), key) == xml


@given(st.binary(max_size=64))
def test_from_any_content_xml_comes_out_or_a_refusal(content):
    try:
        xml = opened(content, KEY)
    except ValueError:
        return
    assert xml.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


@given(st.lists(FRAMES, max_size=5), st.data())
def test_frames_come_out_as_they_went_in_however_the_bytes_are_cut(frames, data):
    whole = b"".join(framed(one) for one in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    deframer, found = Deframer(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += deframer.feed(whole[start:end])
    assert found == frames


@pytest.mark.parametrize("change", [slice(8, 9), slice(-5, -4), slice(-1, None)])
def test_a_frame_that_was_garbled_is_told_and_the_next_is_read(change):
    good = Frame(7, b"<a/>", USUAL_HEAD)
    torn = bytearray(framed(good))
    torn[change] = b"\x00"
    found = list(Deframer().feed(b"noise" + bytes(torn) + framed(good)))

    assert found[-1] == good
    assert all(isinstance(one, Torn) and one.why for one in found[:-1])


@given(
    st.lists(
        st.binary(max_size=80) | st.sampled_from([USUAL_HEAD, OTHER_HEAD, b"\x1f\x1f\x01"]),
        max_size=10,
    )
)
def test_any_bytes_give_frames_or_what_is_wrong_and_are_let_go(pieces):
    deframer = Deframer()
    for piece in pieces:
        for one in deframer.feed(piece):
            assert isinstance(one, Frame) or one.data


def test_a_length_beyond_what_a_report_needs_is_not_waited_for():
    torn = next(Deframer().feed(USUAL_HEAD + (1 << 30).to_bytes(4, "little")))
    assert "length" in torn.why
