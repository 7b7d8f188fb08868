"""What went wrong in the database, in words that people can act on."""

from typing import Final

import psycopg
from psycopg import errors

from metering.errors import ConflictError, EnergyError, InputError, UnavailableError

_WRONG: Final = (errors.CheckViolation, errors.NotNullViolation, errors.ForeignKeyViolation)


def in_our_words(error: psycopg.Error) -> EnergyError:
    """Return a driver's error in our words; statements and values stay in its cause."""
    if isinstance(error, errors.QueryCanceled):
        return _too_slow()
    if isinstance(error, errors.LockNotAvailable):
        return _busy()
    if isinstance(error, psycopg.IntegrityError):
        return _refused(error)
    if isinstance(error, psycopg.DataError):
        return _impossible(error)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return _unavailable()
    return ConflictError(
        "database.failed",
        zh=f"数据库未能完成操作:{_detail(error)}",
        en=f"The database could not do it: {_detail(error)}",
        next_zh="请将此提示转告系统管理员。",
        next_en="Show this to the administrator.",
    )


def _too_slow() -> EnergyError:
    return UnavailableError(
        "database.too_slow",
        zh="查询用时过长,已中止。",
        en="The question took too long and was stopped.",
        next_zh="请缩小时间范围后重试。",
        next_en="Ask for a shorter time, or try again later.",
    )


def _busy() -> EnergyError:
    return UnavailableError(
        "database.busy",
        zh="其他操作正占用同一数据,已停止等待。",
        en="Somebody else holds the same data; waiting for it was given up.",
        next_zh="请稍后重试。",
        next_en="Try again in a moment.",
    )


def _refused(error: psycopg.IntegrityError) -> EnergyError:
    """Tell a value that can never be stored from one that contradicts another."""
    kind = InputError if isinstance(error, _WRONG) else ConflictError
    return kind(
        "database.refused",
        zh=f"与已有数据冲突:{_detail(error)}",
        en=f"This contradicts what is stored: {_detail(error)}",
        next_zh="请核对编号和有效期后重试。",
        next_en="Check codes and validity, then try again.",
        where={"constraint": error.diag.constraint_name or ""},
    )


def _impossible(error: psycopg.DataError) -> EnergyError:
    return InputError(
        "database.impossible_value",
        zh=f"数值无法识别:{_detail(error)}",
        en=f"A value makes no sense: {_detail(error)}",
        next_zh="请核对后重试。",
        next_en="Check it and try again.",
    )


def _unavailable() -> EnergyError:
    return UnavailableError(
        "database.unavailable",
        zh="数据库暂不可用。",
        en="The database is not available.",
        next_zh="请稍后重试。",
        next_en="Try again in a moment.",
    )


def _detail(error: psycopg.Error) -> str:
    return error.diag.message_primary or ""
