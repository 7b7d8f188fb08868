"""Expressions of published methods, worked out exactly: numbers, names, + - * / ( ), min, max.

A standard prints its corrections as formulas; here such a formula is a row of data, and stays the
text that people read beside its value.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Final

from metering.errors import InputError

Given = Mapping[str, Fraction]
_LONGEST: Final = 400
_TWO: Final[dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv,
}  # fmt: skip
_SEVERAL: Final[dict[str, Callable[[list[Fraction]], Fraction]]] = {"min": min, "max": max}


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula; names: what it asks for. Two of the same text are the same."""

    text: str
    names: frozenset[str] = field(compare=False)
    _tree: ast.expr = field(compare=False, repr=False)

    def value(self, given: Given) -> Fraction:
        """Return what it comes to, without any rounding.

        given: a number for each of its names. InputError where one is missing, and where something
        is divided by nought.
        """
        if missing := sorted(self.names - given.keys()):
            raise _refused(self.text, f"缺少 {missing[0]}", f"{missing[0]} is not given")
        try:
            return _worked_out(self._tree, self.text, given)
        except ZeroDivisionError:
            raise _refused(self.text, "除数为零", "something is divided by nought") from None


def expression(text: str) -> Expression:
    """Return a formula as it is written; InputError for whatever is more than arithmetic."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body if len(text) <= _LONGEST else None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    if tree is None or not _is_arithmetic(tree):
        raise _refused(text, "不是算式", "it is no arithmetic")
    return Expression(text.strip(), frozenset(_names(tree)), tree)


def _is_arithmetic(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return type(value) in (int, float)
        case ast.Name():
            return node.id not in _SEVERAL
        case ast.BinOp(left=left, op=op, right=right):
            return type(op) in _TWO and _is_arithmetic(left) and _is_arithmetic(right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_arithmetic(operand)
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as args, keywords=[]):
            return name in _SEVERAL and all(map(_is_arithmetic, args))
    return False


def _names(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id not in _SEVERAL:
            yield one.id


def _worked_out(node: ast.expr, text: str, given: Given) -> Fraction:
    match node:
        case ast.Constant():  # as it is written: 0.3 is three tenths, which no float is
            return Fraction(str(ast.get_source_segment(text, node)).replace("_", ""))
        case ast.Name(id=name):
            return given[name]
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _worked_out(left, text, given), _worked_out(right, text, given)
            return _TWO[type(op)](one, other)
        case ast.UnaryOp(operand=operand):
            return -_worked_out(operand, text, given)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _SEVERAL[name]([_worked_out(one, text, given) for one in args])
    raise AssertionError(ast.dump(node))  # refused when it was read


def _refused(text: str, zh: str, en: str) -> InputError:
    return InputError(
        "expression.bad",
        zh=f"算式“{text[:_LONGEST]}”:{zh}。",
        en=f"The formula “{text[:_LONGEST]}”: {en}.",
        next_zh="请只用数字、名称、+ - * / ( )、min 和 max,并给出每个名称的数值。",
        next_en="Use numbers, names, + - * / ( ), min and max alone, and give every name a number.",
        where={"expression": text[:_LONGEST]},
    )
