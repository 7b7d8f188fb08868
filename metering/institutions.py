"""Who is counted: institutions, the codes they carry, and how much of them others may see."""

import re
from enum import StrEnum

from metering.errors import InputError


class Disclosure(StrEnum):
    """How far an institution may be shown; it holds in every output."""

    OPEN = "open"
    RESTRICTED = "restricted"  # own line and authority only
    OFF_PLATFORM = "off_platform"


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_SHAPE = re.compile(f"[{_ALPHABET}]{{18}}")


def credit_code_check(first_17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(
        _ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first_17)
    )
    return _ALPHABET[-total % 31]


def check_credit_code(code: str) -> str:
    """Return the code, or say why it is none."""
    text = code.strip().upper()
    if not _SHAPE.fullmatch(text):
        raise InputError(
            "institution.credit_code_malformed",
            zh=f"统一社会信用代码“{code}”应为 18 位,且不含 I、O、S、V、Z。",
            en=f"The credit code “{code}” needs 18 characters, never I, O, S, V, Z.",
            next_zh="请对照登记证书核对;没有代码时请留空。",
            next_en="Compare it with the certificate; leave it empty where there is none.",
            where={"field": "credit_code", "value": code},
        )
    if text[17] != (right := credit_code_check(text[:17])):
        raise InputError(
            "institution.credit_code_check_digit",
            zh=f"统一社会信用代码“{text}”的校验位应为 {right},而不是 {text[17]}。",
            en=f"The check digit of “{text}” should be {right}, not {text[17]}.",
            next_zh="多为录入错误,请对照登记证书逐位核对。",
            next_en="Usually a typing error: compare it with the certificate, digit by digit.",
            where={"field": "credit_code", "value": code},
        )
    return text
