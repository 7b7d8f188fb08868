"""Passwords: what guessers try first is refused, whatever stands around it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.access.passwords import checked, is_common
from metering.errors import InputError

COMMON = [
    "password2024", "P@ssw0rd!2024", "Passw0rd123", "!!password!!", "administrator", "Admin@123456",
    "1234567890", "123456789012", "9876543210", "0000000000", "1111122222", "19900101199",
    "13800138000", "5201314520", "1314520131", "qwertyuiop", "Qwerty12345", "1qaz2wsx3edc",
    "asdfghjkl;", "zxcvbnm,./1", "abcdefghij", "abcabcabcabc", "aaaaabbbbb", "iloveyou520",
    "woaini1314520", "WoAiNi5201314", "woaiwojia123", "wangwei1990", "zhangsan123", "Beijing2008!",
    "guanliyuan1", "commonwatt1", "CommonWatt2026", "Ｐａｓｓｗｏｒｄ１２３",
    "password password", "Admin-admin-2026", "CommonwattCommonwatt", "government2026",
    "gonggongjigou1",
]  # fmt: skip
GOOD = [
    "correct horse battery", "a long enough one", "another long one",
    "春风又绿江南岸明月何时照我还", "kT9_vq2Lx8-w", "dragon eats cold noodles",
    "83 stairs to the roof",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_common_passwords_are_refused(password):
    with pytest.raises(InputError) as refused:
        checked(password)
    assert refused.value.code == "user.password_common"


@pytest.mark.parametrize("password", GOOD)
def test_others_are_kept(password):
    assert checked(password) == password


def test_a_log_in_is_no_password():
    assert is_common("Zhaoliuqi.2026", "zhaoliuqi")
    assert not is_common("Zhaoliuqi.2026", "other")


@given(
    word=st.sampled_from(["password", "admin", "woaini", "qwerty"]),
    before=st.text(string.digits + "!@#_", max_size=4),
    after=st.text(string.digits + "!@#_", min_size=6, max_size=12),
)
def test_digits_and_signs_around_a_word_do_not_help(word, before, after):
    assert is_common(before + word + after)
