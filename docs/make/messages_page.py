"""The page `docs/messages.md`, from the code: every message that may reach a user, once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, takewhile
from pathlib import Path

from groups import (
    ABOUT,
    KEYWORDS,
    REPORTS,
    SINKS,
    STATES,
    Group,
    group_of,
    noted,
    state_of,
)
from people import in_peoples_words
from placeholders import called, says_something
from syntax import Function, Module, Modules, read_modules
from texts import Scope

from importer.model import Code, Status

PACKAGE = Path(__file__).parents[2] / "importer"


FARTHEST = 3
"""Through how many functions the code of an issue is looked for."""

DOCTORS = ("importer.doctor", "importer.cli.doctor")

UNSEEN = frozenset({"importer.ledger.memory", "importer.sandbox.app", "importer.sandbox.contract"})
"""Modules whose messages no user meets."""

HEAD = """\
<!-- Made from the code by: python docs/make -->

# Every message

What import-invoices says where something is wrong: what it is, where, and what to do. `‹file›` is
known when it is said. What stands in [brackets] is said where it applies. Where parentheses hold
several things parted by |, one of them is said.
"""

FEW = 3
"""How many messages that differ in one place alone are still written out."""

ENOUGH = 40
"""How many characters must be the same in them at least."""

GAP = "In place of … stands one of:"
"""Stands behind a message with a gap, above what may stand in it."""

KINDS: dict[Group, Sequence[str]] = {
    Group.CELL: list(Code),
    Group.OUTCOME: list(Status),
    Group.DOCTOR: STATES,
}
"""The sections that have sections of their own."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes:
        group: When it is said.
        kind: The code of an issue, the status of an outcome; else empty.
        text: What is said.
        path: The file of the code that says it.
        line: The line there.
    """

    group: Group
    kind: str
    text: str
    path: str
    line: int


def messages_page() -> str:
    """Return the page."""
    found = [message for message in all_messages() if is_told(message)]
    parts = [HEAD]
    for group in Group:
        own = [message for message in found if message.group is group]
        parts += [f"## {group.value}", f"{ABOUT[group].rstrip()}\n"]
        for kind in KINDS.get(group, ()):
            if texts := bullets(m for m in own if m.kind == kind):
                link = f"[{kind}](issues.md#{kind})" if group is Group.CELL else f"`{kind}`"
                parts += [f"### {link}", *texts, ""]
        rest = bullets(m for m in own if m.kind not in KINDS.get(group, ()))
        parts += [*(["### Others"] if rest and group in KINDS else []), *rest, ""]
    page = "\n".join(parts).replace("\n\n\n", "\n\n").rstrip() + "\n"
    return with_each_list_once(page)


def with_each_list_once(page: str) -> str:
    """Return a page with every list of what may stand in a gap once; later ones name the first.

    Args:
        page: The page, with whole lists.
    """
    seen: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        said, inner = found[1], found[2]
        first = seen.setdefault(inner, said)
        if first is said:
            return found[0]
        return f'- {said} In place of … stands the same as at "{first.partition(":")[0]}".\n'

    return re.sub(rf"^- (.*) {GAP}\n((?:  - .*\n)+)", name, page, flags=re.MULTILINE)


def is_told(message: Message) -> bool:
    """Tell whether a message has words of its own, and is no mere passing on of another."""
    own = message.text.removeprefix("import-invoices: ").removesuffix("Nothing was sent.")
    return says_something(own)


@cache
def all_messages() -> tuple[Message, ...]:
    """Return the messages of the package itself; see `collect`."""
    return tuple(collect(PACKAGE))


def collect(folder: Path) -> Iterator[Message]:
    """Yield the messages of a package, those too that have no words of their own."""
    modules = read_modules(folder)
    for module in modules.values():
        if module.name in UNSEEN:
            continue
        path = str(module.path.relative_to(folder.parent))
        for node in (n for n in ast.walk(module.tree) if isinstance(n, ast.Call | ast.Assign)):
            for group, kind, text in _said(modules, module, node):
                told = in_peoples_words(text, path)
                warned = told.removeprefix("Warning: ")
                if group is Group.PASSING and warned != told:
                    yield Message(Group.WARNING, kind, warned, path, node.lineno)
                elif group is not Group.PASSING or path not in REPORTS:
                    yield Message(group_of(group, path), kind, told, path, node.lineno)


def _said(modules: Modules, module: Module, node: ast.AST) -> Iterator[tuple[Group, str, str]]:
    """Yield what a call or a statement says."""
    function = next((n for n in module.around(node) if isinstance(n, Function)), None)
    scope = Scope(modules, module, function)
    for group, value in noted(node):
        yield from ((group, "", text) for text in scope.texts(value))
    if isinstance(node, ast.Call):
        yield from _called(scope, node)


def _called(scope: Scope, node: ast.Call) -> Iterator[tuple[Group, str, str]]:
    """Yield what a call says."""
    group, at = SINKS.get(called(node), (None, 0))
    if group is Group.DOCTOR and not scope.module.name.startswith(DOCTORS):
        return  # others of these names
    if group is Group.CELL:
        for kind, text in _explained(scope, node):
            yield group, kind, text
        return
    if group is not None and len(node.args) > at:
        said = node.args[at:] if called(node) == "Finding" else [node.args[at]]
        for row in scope.tables(node):
            for text in row.sentences(said, ". ") if len(said) > 1 else row.texts(said[0]):
                yield group, _kind(group, node), _complete(called(node), text)
    for keyword in node.keywords:
        if keyword.arg in KEYWORDS and called(node) != "Message":
            told = KEYWORDS[keyword.arg]
            yield from ((told, _kind(told, node), text) for text in scope.texts(keyword.value))


def _complete(name: str, text: str) -> str:
    """Return a message whole: what is said of a refused workbook goes on after its name."""
    if name == "RefusedError":
        return f"‹file› {text}. Nothing was sent."
    return re.sub("^‹(name|path)› ", "‹file› ", text) if name == "FileError" else text


def _kind(group: Group, node: ast.Call) -> str:
    if group is Group.DOCTOR:
        return state_of(node)
    if called(node) == "hold":
        return Status.NOT_SENT
    names = [n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    found = [Status[name] for name in names if name in Status.__members__]
    return found[0] if called(node) == "Outcome" and found else ""


def _explained(scope: Scope, node: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield an issue's messages and their codes: one for each row where a table has the words."""
    for inner in scope.tables(node):
        bound = [inner.bound[name][0] for name in "*#" if name in inner.bound]
        codes = [code for node in bound for code in _codes_in(node)]
        codes = codes or _codes(scope.modules, scope.module, node)
        for text in inner.sentences(list(_arguments(inner, node)), " — "):
            yield from ((kind, text) for kind in codes or [""])


def _arguments(scope: Scope, node: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call is given, one by one; what has a star is a table's row, or a constant."""
    for argument in node.args:
        match argument:
            case ast.Starred(value=ast.Subscript()):
                row = scope.bound["*"][0]
            case ast.Starred(value=ast.Name(id=name)):
                row = scope.constant(name) or argument
            case _:
                row = argument
        yield from row.elts if isinstance(row, ast.Tuple) else [row]


def _codes(modules: Modules, module: Module, node: ast.AST, depth: int = 0) -> list[str]:
    """Return the codes under which a text is told: those nearest to it, or to who asks for it."""
    for outer in module.around(node):
        if found := list(dict.fromkeys(_codes_in(outer))):
            return found
        if isinstance(outer, ast.match_case) and ast.unparse(outer.pattern) == "_":
            return []  # said of what there is none of
        if isinstance(outer, Function) or (
            isinstance(outer, ast.Assign) and outer in module.tree.body
        ):
            name = outer.name if isinstance(outer, Function) else ast.unparse(outer.targets[0])
            break
    else:
        return []
    uses = (
        (other, use)
        for other in modules.values()
        for use in other.uses.get(name, ())
        if other is module or other.imports.get(name) == (module.name, name)
    )
    found = [
        c for other, use in uses if depth < FARTHEST for c in _codes(modules, other, use, depth + 1)
    ]
    return list(dict.fromkeys(found))


def _codes_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(value=ast.Name(id="Code"), attr=name):
                yield Code[name]
            case _:
                pass


def bullets(messages: Iterator[Message]) -> list[str]:
    """Return messages as a list, what differs in one place alone put together."""
    lines: dict[str, None] = {}
    for _, group in groupby(messages, lambda message: (message.path, message.line)):
        texts = list(dict.fromkeys(message.text for message in group))
        lines |= dict.fromkeys([_together(texts)] if _together(texts) else _plain(texts))
    return list(lines)


def _plain(texts: Sequence[str]) -> list[str]:
    return ["- {}".format(text.replace("\n", "\\\n  ")) for text in texts]


def _together(texts: Sequence[str]) -> str:
    """Return texts as one with a gap, and what may stand in it; empty where they aren't alike."""
    start = re.sub(r"(?<=[(:.—] )[^(:.—]*$|(?<=\()[^(]*$", "", _common(texts))
    backwards = [text.removeprefix(start)[::-1] for text in texts]
    end = re.sub(r"^[^).—]*?(?=\)|\.| —|$)", "", _common(backwards)[::-1])
    end = "" if end == "." else end
    inner = [text.removeprefix(start).removesuffix(end) for text in texts]
    if len(texts) <= FEW or len(start) + len(end) < ENOUGH:
        return ""
    return "\n  ".join([f"- {start}…{end} {GAP}", *_plain(inner)])


def _common(texts: Sequence[str]) -> str:
    """Return what texts begin with, all of them."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(first for first, *_ in same)
