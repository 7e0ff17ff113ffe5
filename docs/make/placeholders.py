"""How what is only known when the program runs is shown: `‹file›`, by the last of its names."""

from __future__ import annotations

import ast
import re

PLACEHOLDER = re.compile("‹[^‹›]*›")

METHODS = frozenset(
    {"split", "strip", "lstrip", "rstrip", "upper", "lower", "decode", "replace", "title", "format"}
)
"""Methods of texts that leave what is said."""

OPAQUE = frozenset(
    [
        "nearest",
        "len",
        "repr",
        "sorted",
        "_list",
        "_listed",
        "quote",
        "clip",
        "row",
        "rows",
        "columns",
        "region",
        "place",
        "ordinal",
        "name_rows",
        "name_places",
        "plan_text",
        "problems_text",
        "summary_text",
        "enumerate_all",
        "_find_hidden",
        "_find_odd",
        "status_lines",
        "_spoken",
    ]
)
"""Functions whose own texts say nothing: what they are given has a better name."""

TABLES = {"EXAMPLES": "example"}
"""Tables of the code of which no row says more than another, and what one is called."""

NAMES = {
    "path": "file",
    "exc": "reason",
    "strerror": "reason",
    "why": "reason",
    "__name__": "error",
    "self": "it",
}
"""What is called otherwise in the code than for its readers."""


def says_something(text: str) -> bool:
    """Tell whether a text has words of its own beside what is only known later."""
    return any(c.isalpha() for c in PLACEHOLDER.sub("", text))


def is_literal(text: str) -> bool:
    """Tell whether a text is more than what is only known later."""
    return bool(PLACEHOLDER.sub("", text).strip())


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.IfExp(orelse=ast.Name(id=name)):
            return name
        case _:
            return ""


def placeholder(node: ast.expr) -> str:
    """Return an expression by the last of its names, as `‹name›`."""
    return shown(_last_name(node))


def _last_name(node: ast.AST) -> str:  # noqa: C901, PLR0911, PLR0912 a case each
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Attribute(attr="join" | "told"), args=[first, *_]):
            return _last_name(first)
        case ast.Call(func=ast.Attribute(attr="get"), args=[first, *_]):
            return _last_name(first)
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args):
            if name == "quote":
                return _last_name(args[-1])
            return _last_name(value) if name in METHODS else name
        case ast.Call(func=ast.Name(id="len" | "sum")):
            return "number"
        case ast.Subscript(slice=ast.Attribute(attr=name)):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case ast.Call(func=ast.Name(id=name), args=args):
            return _last_name(args[-1]) if args else name
        case ast.Call(func=function):
            return _last_name(function)
        case ast.GeneratorExp(elt=value) | ast.Subscript(value=value):
            return _last_name(value)
        case ast.BoolOp(values=[value, *_]) | ast.BinOp(left=value):
            return _last_name(value)
        case ast.FormattedValue(value=value) | ast.IfExp(body=value) | ast.Starred(value=value):
            return _last_name(value)
        case _:
            return "…"


def shown(name: str) -> str:
    """Return a name of the code as its readers see it."""
    return f"‹{NAMES.get(name, name).strip('_').replace('_', ' ').lower()}›"
