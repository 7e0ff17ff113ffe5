"""Small parts of expressions of the code: what their own syntax says, whatever stands around."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence

from placeholders import called

NUMBER = re.compile(r"-?\d+(\.\d+)?")

OPERATORS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def reckoned(sign: ast.operator, left: Sequence[str], right: Sequence[str]) -> str:
    """Return what two numbers of the code make together; empty where one isn't known.

    Args:
        sign: What is done with them.
        left: What the first may be.
        right: What the second may be.
    """
    reckon, sides = OPERATORS.get(type(sign)), [*left, *right]
    known = len(left) == len(right) == 1 and all(side.isdecimal() for side in sides)
    return str(reckon(*map(int, sides))) if reckon is not None and known else ""


def formatted(text: str, spec: ast.expr | None) -> str:
    """Return a number of the code as it is shown; any other text as it is."""
    match spec:
        case ast.JoinedStr(values=[ast.Constant(value=str() as form)]) if NUMBER.fullmatch(text):
            return format(ast.literal_eval(text), form)
        case _:
            return text


def mapped(node: ast.Call) -> ast.Call:
    """Return the call that `map` makes."""
    return ast.Call(node.args[0], node.args[1:], [])


def is_filtered(node: ast.AST) -> bool:
    """Tell whether a value is the first of some that is not empty."""
    return isinstance(node, ast.Call) and called(node) == "filter"


def value_of(node: ast.AST) -> object:
    """Return what a constant is; None for anything else."""
    return node.value if isinstance(node, ast.Constant) else None
