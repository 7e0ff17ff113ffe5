"""The modules of a package as syntax trees: what imports what, what is given which name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """A file of the code.

    Attributes:
        name: Its dotted name.
        path: The file.
        tree: Its syntax tree.
    """

    name: str
    path: Path
    tree: ast.Module

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """The node around each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def constants(self) -> Mapping[str, ast.expr]:
        """What the module's own names are given."""
        return dict(pair for node in self.tree.body for pair in given(node))

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """The functions and methods, by name."""
        return {n.name: n for n in ast.walk(self.tree) if isinstance(n, Function)}

    @cached_property
    def uses(self) -> Mapping[str, Sequence[ast.expr]]:
        """Where each name is read, a name's own or an attribute's."""
        found: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                    found.setdefault(name, []).append(node)
                case _:
                    pass
        return found

    @cached_property
    def imports(self) -> Mapping[str, tuple[str, str]]:
        """The module and the name that each imported name stands for."""
        return {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield a node and all that it is in, from the inside out."""
        found: ast.AST | None = node
        while found is not None:
            yield found
            found = self.parents.get(found)


Modules = Mapping[str, Module]


@cache
def read_modules(folder: Path) -> Modules:
    """Return the modules of a package, by name, in the order of their files."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        found[name] = Module(name, path, ast.parse(path.read_text("utf-8")))
    return found


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function but for those of functions within it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from own_nodes(child)


def _bare(node: ast.expr) -> ast.expr:
    """Return the call that is awaited, or run to its end."""
    match node:
        case ast.Await(value=value) | ast.Call(func=ast.Attribute(attr="run"), args=[value]):
            return _bare(value)
        case _:
            return node


def given(  # noqa: C901, PLR0912 a case each
    node: ast.AST,
) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that are given something, and what; what is appended to a list too."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.For(target=ast.Name(id=name), iter=ast.Call() as value):
            yield name, value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for target, value in zip(names, values, strict=False):
                if isinstance(target, ast.Name):
                    yield target.id, value
        case ast.Assign(
            targets=[ast.Tuple(elts=names)],
            value=ast.IfExp(body=ast.Tuple(elts=values), orelse=ast.Tuple(elts=others)),
        ):
            for target, *either in zip(names, values, others, strict=False):
                if isinstance(target, ast.Name):
                    yield from ((target.id, value) for value in either)
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Call() | ast.Await() as value):
            call = _bare(value)
            for at, target in enumerate(names):
                if isinstance(target, ast.Name):
                    yield target.id, ast.Subscript(call, ast.Constant(at), ast.Load())
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
            yield name, value
        case _:
            pass


@cache
def given_in(function: Function) -> Mapping[str, Sequence[ast.expr]]:
    """Return what a function gives its own names, in order."""
    found: dict[str, list[ast.expr]] = {}
    for node in own_nodes(function):
        for name, value in given(node):
            found.setdefault(name, []).append(value)
    return found


def find_function(
    modules: Modules, module: Module, call: ast.Call
) -> tuple[Module, Function] | None:
    """Return the function of the code that a call calls, and its module; None where it is none.

    Args:
        modules: All of the code.
        module: The module that the call stands in.
        call: The call.
    """
    match call.func:
        case ast.Name(id=name):
            home, origin = module.imports.get(name, (module.name, name))
        case ast.Attribute(value=ast.Name(id="self"), attr=origin):
            home = module.name
        case ast.Attribute(value=ast.Name(id=name), attr=origin) if name in module.imports:
            home = ".".join(module.imports[name])
        case ast.Attribute(attr=origin):
            home = ""
        case _:
            return None
    found = modules.get(home)
    # A method of something else, unless every string has it.
    if found is None and isinstance(call.func, ast.Attribute) and not hasattr(str, origin):
        homes = [m for m in modules.values() if origin in m.functions]
        near = {name for name, _ in module.imports.values()}
        known = [m for m in homes if m.name in near] if len(homes) > 1 else homes
        found = known[0] if len(known) == 1 else None
    if found is None or (function := found.functions.get(origin)) is None:
        return None
    return found, function
