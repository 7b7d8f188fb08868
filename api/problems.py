"""How an error reads to a program and to a person: RFC 9457, in Chinese and English."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from actions.access.login import LockedError, LoginError
from actions.access.turnstile import BusyError
from actions.actor import DeniedError
from metering.errors import (
    ConflictError,
    EnergyError,
    InputError,
    InsufficientDataError,
    NotFoundError,
    UnavailableError,
)

STATUS: Final[dict[type[EnergyError], int]] = {
    LoginError: 401,
    DeniedError: 403,
    LockedError: 429,
    BusyError: 429,
    InputError: 422,  # wrong data: a retry cannot help
    NotFoundError: 404,
    ConflictError: 409,  # somebody or something was faster, or the state forbids it
    InsufficientDataError: 409,  # too little was measured to answer honestly
    UnavailableError: 503,  # the database is away: wait, longer each time, and retry
}

TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("请求有误", "Bad request"),
    401: ("需要登录", "Log in first"),
    403: ("没有权限", "Not allowed"),
    404: ("未找到", "Not found"),
    405: ("不支持该方法", "Method not allowed"),
    409: ("与现状冲突", "Conflict"),
    413: ("请求过大", "Request too large"),
    422: ("数据有误", "Wrong data"),
    429: ("请稍候", "Wait first"),
    500: ("服务内部错误", "Internal error"),
    503: ("暂不可用", "Not available now"),
}


class FieldProblem(BaseModel):
    """One field of a request that cannot be understood."""

    field: str
    message: str = Field(description="In the language of Accept-Language.")
    message_zh: str
    message_en: str


class Problem(BaseModel):
    """An error as application/problem+json; `code` is stable, the words may change."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="urn:commonwatt:problem:<code>")
    title: str
    status: int
    code: str = Field(description="Stable name of the error.")
    detail: str = Field(description="What happened, in the language of Accept-Language.")
    next: str = Field(description="What to do next, in the language of Accept-Language.")
    detail_zh: str
    detail_en: str
    next_zh: str
    next_en: str
    where: dict[str, Any] = Field(default_factory=dict, description="The culprit, where known.")
    errors: list[FieldProblem] = Field(default_factory=list)


def status_of(error: EnergyError) -> int:
    """Return the HTTP status of an error, its own before its parents'."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_of(
    error: EnergyError, lang: str, *, status: int | None = None, errors: list[FieldProblem] | None
) -> Problem:
    """Return an error as people and programs read it."""
    code = status_of(error) if status is None else status
    title_zh, title_en = TITLES.get(code, TITLES[500])
    zh = lang == "zh"
    return Problem(
        type=f"urn:commonwatt:problem:{error.code}",
        title=title_zh if zh else title_en,
        status=code,
        code=error.code,
        detail=error.zh if zh else error.en,
        next=(error.next_zh if zh else error.next_en).strip(),
        detail_zh=error.zh,
        detail_en=error.en,
        next_zh=error.next_zh.strip(),
        next_en=error.next_en.strip(),
        where=error.where,
        errors=errors or [],
    )


def lang_of(accept_language: str | None) -> str:
    """Return zh or en, whichever is asked for first; Chinese where neither is."""
    best, best_q = "zh", 0.0
    for part in (accept_language or "").split(",")[:20]:
        name, _, rest = part.strip().partition(";")
        lang = name.strip().lower().split("-")[0]
        quality = _quality(rest)
        if lang in ("zh", "en") and quality > best_q:
            best, best_q = lang, quality
    return best


def _quality(text: str) -> float:
    _, _, number = text.strip().partition("q=")
    try:
        return float(number) if number else 1.0
    except ValueError:
        return 0.0
