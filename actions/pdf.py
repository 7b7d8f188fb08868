"""Documents as PDF: the same values make the same bytes, on whatever machine, at whatever time.

typst and a font are loaded when the first one is asked for. Chinese needs a font with its glyphs:
out of the wheel that `requirements/assets.txt` pins, else one that the system has.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any, Final

from actions.printed import Block, Cell, Paper, text_of
from actions.wheels import command_for, places
from metering.errors import UnavailableError

MEDIA_TYPE: Final = "application/pdf"
WHEEL: Final = "pylopdf-fonts-zh-cn==0.1.1"  # as in requirements/assets.txt
_IN_WHEEL: Final = "pylopdf_fonts_zh_cn"
_TEMPLATE: Final = "paper.typ"
_LATIN: Final = "Libertinus Serif"  # which typst brings itself
# With simplified Chinese, the better ones first; the wheel has the first.
_CHINESE: Final = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimSun",
)


class Press:
    """What prints documents one after the other, with the fonts of this machine, read once."""

    def __init__(self) -> None:
        self._alone = Lock()
        typst = _typst()
        folder = _unpacked()
        self._fonts = _with_chinese(typst, folder)
        self._template = resources.files(__package__).joinpath(_TEMPLATE)
        folders = [] if folder is None else [folder]
        with resources.as_file(self._template) as path:
            self._compiler = typst.Compiler(
                str(path), font_paths=folders, ignore_system_fonts=folder is not None
            )

    def print(self, paper: Paper, at: datetime) -> bytes:
        """Return a document as PDF; at: the instant of which it says that it was made."""
        fonts = self._fonts if paper.lang == "zh" else self._fonts[::-1]
        said = json.dumps(_payload(paper, fonts), ensure_ascii=False)
        with self._alone:
            made: bytes = self._compiler.compile(
                format="pdf", sys_inputs={"paper": said}, timestamp=int(at.timestamp())
            )
        return made


@cache
def press() -> Press:
    """Return the press of this process, made when the first document is asked for."""
    return Press()


def _payload(paper: Paper, fonts: Sequence[str]) -> dict[str, Any]:
    return {
        "lang": paper.lang,
        "fonts": list(fonts),
        "bold": False,
        "title": paper.title,
        "number": paper.number,
        "above": paper.above,
        "to": paper.to,
        "state": paper.state,
        "told": [list(one) for one in paper.told],
        "headline": paper.headline,
        "meaning": list(paper.meaning),
        "blocks": [_block(one) for one in paper.blocks],
        "foot": list(paper.foot),
    }


def _block(block: Block) -> dict[str, Any]:
    numeric = block.numeric
    return {
        "title": block.title,
        "head": list(block.head),
        "numeric": numeric,
        "rows": [
            [_cell(one, number) for one, number in zip(row, numeric, strict=True)]
            for row in block.rows
        ],
        "lead": list(block.lead),
        "notes": list(block.notes),
        "foot": block.foot,
    }


def _cell(cell: Cell, number: bool) -> dict[str, Any]:
    return {"text": text_of(cell), "number": number}


@cache
def _unpacked() -> str | None:
    """Return the folder of the wheel's fonts, None where it was not unpacked."""
    folders = (place / _IN_WHEEL for place in places(WHEEL))
    return next((str(one) for one in folders if one.is_dir()), None)


def _with_chinese(typst: Any, folder: str | None) -> list[str]:
    """Return the families that a document is set in; refuse where no Chinese could be read."""
    folders = [] if folder is None else [folder]
    known = set(typst.Fonts(include_system_fonts=folder is None, font_paths=folders).families())
    found = next((one for one in _CHINESE if one in known), None)
    if found is None:
        raise _no_font()
    return [found, _LATIN]


def _typst() -> Any:
    try:
        import typst  # 80 MB that no page needs
    except ImportError:
        raise _no_typst() from None
    return typst


def _no_font() -> UnavailableError:
    command = command_for(WHEEL)
    return UnavailableError(
        "pdf.no_font",
        zh=f"本机没有含汉字的字体,软件包 {WHEEL} 也未解包。",
        en=f"No font here has Chinese glyphs, and the wheel {WHEEL} is not unpacked.",
        next_zh=f"请运行:{command}(在源码目录中运行 make demo 会自动安装),或改用 XLSX。",
        next_en=f"Run: {command} (in a checkout, make demo does it); or take XLSX.",
        where={"field": WHEEL},
    )


def _no_typst() -> UnavailableError:
    return UnavailableError(
        "pdf.no_typst",
        zh="未安装 typst,不能生成 PDF。",
        en="typst is not installed, so no PDF can be made.",
        next_zh="请运行 pip install typst,或改用 XLSX。",
        next_en="Run pip install typst; or take XLSX.",
        where={"field": "typst"},
    )
