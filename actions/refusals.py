"""How carrying out refuses: what has changed, was asked otherwise, or wants another person."""

from actions.actor import DeniedError
from metering.errors import ConflictError, InputError


class ChangedError(ConflictError):
    """What was foreseen no longer holds."""


class AgainError(DeniedError):
    """The password is asked for once more, and was not given or was wrong."""


def changed() -> ChangedError:
    """Return the refusal of a confirmation whose preview no longer holds."""
    return ChangedError(
        "action.changed_meanwhile",
        zh="在您核对之后,相关数据已变化。",
        en="Something has changed since this was checked.",
        next_zh="请重新核对后提交。",
        next_en="Check again what would change, then confirm.",
    )


def other_request(key: str) -> InputError:
    """Return the refusal of a key that another request has taken."""
    return InputError(
        "idempotency.other_request",
        zh=f"Idempotency-Key“{key}”已用于另一请求。",
        en=f"The Idempotency-Key “{key}” was used for another request.",
        next_zh="请为新的请求换一个键。",
        next_en="Take a new key for a new request.",
        where={"field": "Idempotency-Key", "value": key},
    )


def not_offered(path: str, value: str) -> InputError:
    """Return the refusal of a value that no query offers."""
    return InputError(
        "action.not_offered",
        zh=f"“{value}”不在可选范围内。",
        en=f"“{value}” is none of the options.",
        next_zh="请从选项中选择。",
        next_en="Choose one of those that are offered.",
        where={"field": path, "value": value},
    )


def same_person() -> ConflictError:
    """Return the refusal of who confirms what they made themselves."""
    return ConflictError(
        "action.second_person",
        zh="此事项须由另一人办理:提出者本人不能确认,换用本人的其他账号也不行。",
        en="Another person must do this: whoever made it cannot confirm it, "
        "under none of their log-ins.",
        next_zh="请由有此权限的另一位同事办理。",
        next_en="Ask a colleague who has the right to it.",
    )


def again_needed(*, left_open: bool = False) -> AgainError:
    """Return the refusal of what asks for the password once more.

    left_open: it was asked for, in a form, and nothing was filled in.
    """
    return AgainError(
        "login.again_needed",
        zh="此事项须再次输入密码。",
        en="This asks for your password once more.",
        next_zh="请填写密码后再确认。"
        if left_open
        else "接口请在 X-Password 请求头中发送密码(UTF-8,按百分号编码)。",
        next_en="Enter it, then confirm."
        if left_open
        else "Programs send it in the header X-Password (UTF-8, percent-encoded).",
    )


def again_wrong() -> AgainError:
    """Return the refusal of a wrong password given once more."""
    return AgainError(
        "login.again_wrong",
        zh="密码不正确,未办理。",
        en="The password is wrong; nothing was done.",
        next_zh="请核对后重试,注意大小写。",
        next_en="Check it and try again; capitals matter.",
    )
