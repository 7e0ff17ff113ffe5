"""The texts that an expression of the code may become, read from its syntax tree alone.

What is only known when the program runs is shown by its name, `‹file›`; what may be left out stands
in brackets; short alternatives are parted by a bar.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

from people import keep_brackets
from pieces import formatted, is_filtered, mapped, reckoned, value_of
from placeholders import (
    METHODS,
    OPAQUE,
    TABLES,
    called,
    is_literal,
    placeholder,
    says_something,
    shown,
)
from syntax import Function, Module, Modules, find_function, given_in, own_nodes

DEEPEST = 25
"""How many names and calls one text is followed through."""

SHORT = 80
"""The characters that alternatives within a sentence may have together."""

LONG, MOST = 20, 16
"""The characters from which an alternative counts as a sentence, and how many texts one may make of
such."""

WRAPPERS = frozenset(
    {"shown", "str", "tuple", "list", "_capital", "capital", "cast", "dict", "printable", "filter"}
)
"""Functions that say what their (last) argument says."""


@dataclass(frozen=True, eq=False)
class Scope:
    """Where an expression stands.

    Attributes:
        modules: All of the code.
        module: Its own module.
        function: The function that it is in.
        bound: What the function's parameters are, and where that stands.
        depth: How far it is from where one began.
    """

    modules: Modules
    module: Module
    function: Function | None = None
    bound: Mapping[str, tuple[ast.expr, Scope]] = field(default_factory=dict)
    depth: int = 0

    def texts(self, node: ast.expr | None) -> list[str]:
        """Return the texts that an expression may become, each once; sequences are taken apart."""
        if node is None or self.depth > DEEPEST:
            return []
        deeper = replace(self, depth=self.depth + 1)
        return list(dict.fromkeys(deeper._texts(node)))  # noqa: SLF001 its own

    def _texts(self, node: ast.expr) -> Iterator[str]:  # noqa: C901, PLR0912 a case each
        match node:
            case ast.Constant(value=None):
                return
            case ast.Constant(value=value):
                yield keep_brackets(str(value))
            case ast.JoinedStr(values=parts):
                yield from self.sentences(parts, "")
            case ast.FormattedValue(value=value, format_spec=spec):
                yield from (formatted(text, spec) for text in self.texts(value))
            case ast.Starred(value=value):
                yield from self.texts(value)
            case ast.NamedExpr(value=value):
                yield from self.texts(value)
            case ast.BinOp() if any(isinstance(value_of(n), int) for n in ast.walk(node)):
                sides = [self.texts(side) for side in (node.left, node.right)]
                yield reckoned(node.op, *sides) or placeholder(node)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from self.sentences([left, right], "")
            case ast.BinOp(left=left, op=ast.Mult()):
                yield from ("", *self.texts(left))
            case ast.IfExp(body=body, orelse=other):
                yield from (*self.texts(body), *self.texts(other))
            case ast.BoolOp(op=ast.And(), values=[*_, value]):
                yield from ("", *self.texts(value))
            case ast.BoolOp(values=values):
                yield from (text for value in values for text in self.texts(value))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                yield from (text for element in elements for text in self.texts(element))
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                yield from self.texts(element)
            case ast.Subscript(value=ast.Name(id=name)) if rows := self.rows(name):
                yield from (text for value in rows for text in self.texts(value))
            case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int() as at)):
                yield from self._returned(call, at)
            case ast.Name(id=name):
                yield from self._named(name)
            case ast.Call():
                yield from self._called(node)
            case _:
                yield placeholder(node)

    def inline(self, node: ast.expr) -> str:
        """Return an expression's text as a part of a sentence."""
        if isinstance(node, ast.Constant):
            return keep_brackets(str(node.value))
        found = self.texts(node)
        others = [text for text in found if text.strip()]
        if len(others) > 1 and (sum(map(len, others)) > SHORT or not any(map(is_literal, others))):
            others = []
        if not others:
            return placeholder(node)
        start = " " if all(text[0] == " " for text in others) else ""
        either = f"{start}({' | '.join(text.removeprefix(start) for text in others)})"
        whole = others[0] if len(others) == 1 else either
        if "" not in found:
            return whole
        bare = whole.strip()
        inner = bare if bare[0] == "(" else f"[{bare}]"
        return whole.replace(bare, inner)

    def sentences(self, parts: Sequence[ast.expr], between: str) -> list[str]:
        """Return the texts that parts make together: several where a part may be whole sentences.

        Args:
            parts: What is joined.
            between: What is put between them.
        """
        choices = []
        for part in parts:
            told = [text for text in self.texts(part) if says_something(text)]
            inline = self.inline(part)
            whole = sum(len(text) > LONG for text in told) > 1 and not says_something(inline)
            choices.append(told if whole else [inline])
        if prod(map(len, choices)) > MOST:
            choices = [[self.inline(part)] for part in parts]
        return [between.join(chosen) for chosen in product(*choices)]

    def rows(self, name: str) -> Sequence[ast.expr]:
        """Return the values of a table that is written in the code; empty where it is none."""
        return [row for _, row in self.items(name)]

    def items(self, name: str) -> Sequence[tuple[ast.expr | None, ast.expr]]:
        """Return the rows of a table that is written in the code, each with its key if it has one.

        A table is a dictionary, or a tuple of tuples.
        """
        match self.constant(name):
            case ast.Dict(keys=keys, values=values):
                return list(zip(keys, values, strict=True))
            case ast.Tuple(elts=elements) if all(isinstance(e, ast.Tuple) for e in elements):
                return [(None, element) for element in elements]
            case (
                ast.Call(
                    args=[ast.GeneratorExp(generators=[ast.comprehension(iter=ast.Tuple())])]
                ) as call
            ):
                elements = call.args[0].generators[0].iter.elts  # type: ignore[attr-defined]
                return [(None, element) for element in elements]
            case _:
                return ()

    def constant(self, name: str) -> ast.expr | None:
        """Return what a module's own or imported name is given; None where that isn't known."""
        return self._find_constant(name)[1]

    def tables(self, node: ast.AST) -> Iterator[Scope]:
        """Yield the scope once for each row of the table that a node takes its words from.

        A table is as of `items`, with tuples in it, or two tuples of which a condition chooses one.
        The row itself is bound as `*`, its key as `#`. Without a table, the scope itself is all.
        """
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        found: list[Scope] = []
        for other in ast.walk(self.function) if self.function is not None else ():
            match other:
                case (
                    ast.Assign(
                        targets=[ast.Tuple(elts=targets)],
                        value=ast.Subscript(value=ast.Name(id=name)),
                    )
                    | ast.For(target=ast.Tuple(elts=targets), iter=ast.Name(id=name))
                ):
                    names = [t.id for t in targets if isinstance(t, ast.Name)]
                    found += self._bind(names, self.items(name)) if used & {*names} else ()
                case ast.Assign(
                    targets=[ast.Tuple(elts=targets)],
                    value=ast.IfExp(body=ast.Tuple() as one, orelse=ast.Tuple() as other_one),
                ):
                    names = [t.id for t in targets if isinstance(t, ast.Name)]
                    both = [(None, one), (None, other_one)]
                    found += self._bind(names, both) if used & {*names} else ()
                case ast.Starred(value=ast.Subscript(value=ast.Name(id=name))) if other in [
                    *ast.walk(node)
                ]:
                    found += self._bind([], self.items(name))
                case _:
                    pass
        yield from found or [self]

    def _bind(
        self, names: Sequence[str], rows: Sequence[tuple[ast.expr | None, ast.expr]]
    ) -> Iterator[Scope]:
        for key, row in rows:
            if isinstance(row, ast.Tuple):
                bound = {n: (value, self) for n, value in zip(names, row.elts, strict=False)}
                bound |= {"*": (row, self)} | ({"#": (key, self)} if key is not None else {})
                yield replace(self, bound={**self.bound, **bound})

    def _named(self, name: str) -> Iterator[str]:
        if name in self.bound:
            expression, scope = self.bound[name]
            found = replace(scope, depth=self.depth).texts(expression)
            yield from found if any(map(says_something, found)) else [shown(name)]
            return
        own = given_in(self.function).get(name) if self.function is not None else None
        if own:
            found = [text for expression in own for text in self.texts(expression)]
            yield from found if any(map(is_literal, found)) else [shown(name)]
            return
        scope, constant = self._find_constant(name)
        yield from scope.texts(constant) if constant is not None else [shown(name)]

    def _find_constant(self, name: str) -> tuple[Scope, ast.expr | None]:
        module, origin = self.module.imports.get(name, (self.module.name, name))
        if module not in self.modules:
            return self, None
        home = self.modules[module]
        return replace(self, module=home, function=None, bound={}), home.constants.get(origin)

    def _called(self, node: ast.Call) -> Iterator[str]:
        name = called(node)
        if name in WRAPPERS and node.args:
            yield from self.texts(node.args[-1])
        elif name == "join" and node.args:
            yield from self.texts(node.args[0])
        elif name == "map" and self._find_function(inner := mapped(node)):
            yield from self.texts(inner)
        elif name == "run" and node.args and isinstance(node.args[0], ast.Call):
            yield from self.texts(node.args[0])
        elif name == "next" and any(is_filtered(argument) for argument in node.args):
            yield from (text for argument in node.args for text in self.texts(argument))
        elif name in METHODS and isinstance(node.func, ast.Attribute):
            yield from self.texts(node.func.value)
        elif name == "get" and isinstance(node.func, ast.Attribute):
            yield from self._looked_up(node, node.func.value)
        elif name.endswith("Error") and node.args:
            yield from self.texts(node.args[0])
        elif name in OPAQUE:
            yield placeholder(node)
        else:
            texts = list(self._returned(node))
            yield from texts if any(map(is_literal, texts)) else [placeholder(node)]

    def _returned(self, node: ast.Call, at: int | None = None) -> Iterator[str]:
        """Yield what a called function may return or yield; of what it returns, one element."""
        if (found := self._find_function(node)) is None:
            return
        scope, function = found
        own = list(own_nodes(function))
        for end in (n.value for n in own if isinstance(n, ast.Return | ast.Yield | ast.YieldFrom)):
            if at is None:
                yield from scope.texts(end)
            elif isinstance(end, ast.Tuple) and at < len(end.elts):
                yield from scope.texts(end.elts[at])

    def _looked_up(self, node: ast.Call, table: ast.expr) -> Iterator[str]:
        """Yield what is found in a table of the code, and what is said where nothing is."""
        name = table.id if isinstance(table, ast.Name) else ""
        if name in TABLES:
            yield shown(TABLES[name])
        elif rows := self.rows(name):
            yield from (text for value in (*rows, *node.args[1:]) for text in self.texts(value))
        else:
            yield placeholder(node)

    def _find_function(self, node: ast.Call) -> tuple[Scope, Function] | None:
        if (found := find_function(self.modules, self.module, node)) is None:
            return None
        home, function = found
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        names = [n for n in names if n not in {"self", "cls"}]
        given = dict(zip(names, node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        bound = {name: (value, self) for name, value in given.items()}
        return replace(self, module=home, function=function, bound=bound), function
