"""How changes of people and their log-ins are refused."""

from actions.actor import SYSTEM
from metering.errors import ConflictError, InputError
from storage.access.people import User


def refuse_ended(on: User) -> None:
    """Refuse what only makes sense for somebody who may log in."""
    if on.ended_at is not None:
        raise ConflictError(
            "user.ended",
            zh=f"账号“{on.login}”已停用。",
            en=f"The log-in “{on.login}” has ended.",
            next_zh="如需继续使用,请先恢复账号。",
            next_en="Resume it first, if it is to be used again.",
            where={"user_id": on.user_id},
        )


def refuse_system(user_id: int) -> None:
    """Refuse to change the account as which our programs act."""
    if f"user:{user_id}" == SYSTEM:
        raise ConflictError(
            "user.system",
            zh="系统账号由程序使用,不能登录,也不能停用。",
            en="The system's account is the programs' own: it neither logs in nor ends.",
            next_zh="请为个人建立账号。",
            next_en="Add an account for a person.",
            where={"user_id": user_id},
        )


def own_account(user_id: int) -> ConflictError:
    """Return the refusal of who would end themselves."""
    return ConflictError(
        "user.own",
        zh="不能停用自己的账号。",
        en="Nobody ends their own account.",
        next_zh="请由另一位系统管理员停用。",
        next_en="Let another administrator do it.",
        where={"user_id": user_id},
    )


def check_login(login: str) -> None:
    """Refuse a login that keyboards and addresses would not carry alike."""
    plain = login.replace(".", "").replace("-", "").replace("_", "")
    if not plain.isascii() or not plain.isalnum() or len(login) > 64:
        raise InputError(
            "user.bad_login",
            zh=f"用户名“{login}”只能含字母、数字及 . - _,至多 64 个字符。",
            en=f"The login “{login}” may hold letters, digits and . - _, at most 64 characters.",
            next_zh="请换一个用户名。",
            next_en="Choose another.",
            where={"field": "login", "value": login},
        )


def login_taken(login: str) -> ConflictError:
    """Return the refusal of a login that somebody has, or had."""
    return ConflictError(
        "user.login_taken",
        zh=f"用户名“{login}”已被使用(停用的账号也算)。",
        en=f"The login “{login}” is taken; an ended one counts.",
        next_zh="请换一个用户名。",
        next_en="Choose another.",
        where={"field": "login", "value": login},
    )
