"""What is wrong with a field, in words: one table for forms, files, commands and the API."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from actions.fields import Lang, Words, field_words, input_kind
from actions.kinds import row_of

# By the beginning of the validator's own name for it; the first that fits counts.
_WRONG: Final = (
    ("missing", Words("必填。", "This must be filled in.")),
    ("not_asked", Words("此情形下不填。", "Leave this open here.")),
    ("too_short", Words("至少 {min_length} 项。", "At least {min_length}.")),
    ("too_long", Words("至多 {max_length} 项。", "At most {max_length}.")),
    ("string_too_short", Words("必填。", "This must be filled in.")),
    ("string_too_long", Words("至多 {max_length} 个字符。", "At most {max_length} characters.")),
    ("string_pattern", Words("写法不对。", "It is written differently.")),
    (
        "decimal_max_places",
        Words("至多 {decimal_places} 位小数。", "At most {decimal_places} decimals."),
    ),
    ("decimal_max_digits", Words("至多 {max_digits} 位数字。", "At most {max_digits} digits.")),
    ("decimal", Words("请填写数字,例如 1234.5。", "Enter a number, such as 1234.5.")),
    ("finite_number", Words("请填写数字,例如 1234.5。", "Enter a number, such as 1234.5.")),
    ("int", Words("请填写整数。", "Enter a whole number.")),
    ("bool", Words("请填写 true 或 false。", "Enter true or false.")),
    ("greater_than_equal", Words("不能小于 {ge}。", "It cannot be less than {ge}.")),
    ("less_than_equal", Words("不能大于 {le}。", "It cannot be more than {le}.")),
    ("greater_than", Words("应大于 {gt}。", "It must be more than {gt}.")),
    ("less_than", Words("应小于 {lt}。", "It must be less than {lt}.")),
    ("enum", Words("请从选项中选择。", "Choose one of the options.")),
    ("literal_error", Words("可填写:{expected}。", "It can be {expected}.")),
    ("timezone", Words("请带上时差,例如 +08:00。", "Add the offset, such as +08:00.")),
    ("not_whole_ms", Words("请精确到毫秒。", "Give whole milliseconds.")),
    ("datetime_range", Words("应在 1970 年至 2100 年之间。", "It lies between 1970 and 2100.")),
    ("datetime", Words("请写成 2026-03-01 10:30。", "Write it as 2026-03-01 10:30.")),
    ("date", Words("请写成 2026-03-01。", "Write it as 2026-03-01.")),
    ("json", Words("不是有效的 JSON。", "It is no valid JSON.")),
    ("string", Words("请填写文本。", "Enter text.")),
    ("extra_forbidden", Words("没有此字段。", "There is no such field.")),
    (
        "not_a_day",
        Words(
            "请写成 2025-01-31,或带时差的 2025-01-31T08:00:00+08:00。",
            "Write a day as 2025-01-31, or an instant as 2025-01-31T08:00:00+08:00.",
        ),
    ),
    ("not_a_month", Words("请写成 2025-01。", "Write a month as 2025-01.")),
)
_OTHER: Final = Words("无法识别。", "This makes no sense.")


def words_of(kind: str, context: Mapping[str, Any]) -> Words:
    """Return what an error of pydantic says, by the validator's name and what it tells beside."""
    found = next((words for begins, words in _WRONG if kind.startswith(begins)), _OTHER)
    return Words(found.zh.format_map(context), found.en.format_map(context))


def place_of(error: Mapping[str, Any]) -> tuple[str, Words]:
    """Return the path of the field at fault, and what is wrong with it."""
    context: Mapping[str, Any] = error.get("ctx", {})
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] != "conditional":
        return path, words_of(str(error["type"]), context)
    field = str(context["field"])
    return f"{path}.{field}" if path else field, words_of(str(context["kind"]), context)


def wrong(error: ValidationError, lang: Lang) -> dict[str, str]:
    """Return what is wrong by the path of the field, the first thing of each."""
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        path, words = place_of(one)
        found.setdefault(path, words.say(lang))
    return found


def label_of(model: type[BaseModel], path: str, lang: Lang) -> str:
    """Return what a field is called; in a list of rows its row's number and its own label."""
    first, _, rest = path.partition(".")
    info = model.model_fields.get(first)
    if info is None:
        return path
    label = field_words(info).label.say(lang)
    place, _, deeper = rest.partition(".")
    if not place.isdigit() or input_kind(info) != "rows":
        return label
    return f"{label} {int(place) + 1} {label_of(row_of(info), deeper, lang)}".rstrip()
