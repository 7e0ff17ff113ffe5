"""The page `docs/messages.md`, from the code: every message that may reach a user, once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from placeholders import called, says_something
from syntax import Function, Module, Modules, read_modules
from texts import Scope

from importer.model import Code, Status

PACKAGE = Path(__file__).parents[2] / "importer"


class Group(Enum):
    """When a message is said; the page's sections, in order."""

    FILE = "The file can't be imported (exit 2)"
    USAGE = "The command or an option is wrong (exit 2)"
    LEDGER = "The ledger can't be used (exit 2)"
    STOP = "The run stops early (exit 4)"
    REASON = "Why the API could not be asked, or its answer isn't certain"
    CELL = "A cell or a row is wrong, or worth a second look"
    OUTCOME = "What became of a row"
    WARNING = "Warnings: nothing stops for them"


ABOUT = {
    Group.FILE: "Nothing was sent. Said as it stands here.",
    Group.USAGE: "Nothing was sent. Said as it stands here, or behind `Error:` and the usage.",
    Group.LEDGER: "Nothing was sent, or nothing more.",
    Group.STOP: "Said behind `Stopped:` in the summary, and in the column `error` of the rest.",
    Group.REASON: "Parts of other messages: of what stopped a run, of a row in doubt.",
    Group.CELL: "Each begins with the place, such as `D17 (Currency):`. How to repair what, step "
    "by step, is in [issues.md](issues.md).",
    Group.OUTCOME: "In the column `error` of the results.",
    Group.WARNING: "Behind `Warning:` in the summary.",
}

SINKS: Mapping[str, tuple[Group, int]] = {
    "FileError": (Group.FILE, 0),
    "RefusedError": (Group.FILE, 0),
    "UsageError": (Group.USAGE, 0),
    "BadParameter": (Group.USAGE, 0),
    "SandboxError": (Group.USAGE, 0),
    "fail": (Group.USAGE, 0),
    "refuse": (Group.USAGE, 1),
    "LedgerError": (Group.LEDGER, 0),
    "StoppedError": (Group.STOP, 0),
    "stop": (Group.STOP, 0),
    "_stop": (Group.STOP, 0),
    "_fail": (Group.STOP, 1),
    "Halt": (Group.REASON, 0),
    "Lost": (Group.REASON, 0),
    "NotSent": (Group.REASON, 0),
    "NotRetrieved": (Group.REASON, 0),
    "Unlisted": (Group.REASON, 0),
    "ListingFailed": (Group.REASON, 0),
    "ListingDenied": (Group.REASON, 0),
    "ListingError": (Group.REASON, 0),
    "TokenError": (Group.REASON, 0),
    "explain": (Group.CELL, 0),
    "Outcome": (Group.OUTCOME, 3),
    "hold": (Group.OUTCOME, 0),
    "Created": (Group.WARNING, 1),
    "Decoded": (Group.WARNING, 1),
    "_warn": (Group.WARNING, 0),
    "warn": (Group.WARNING, 0),
}
"""What says a message, when, and which of its arguments is the message."""

KEYWORDS = {"message": Group.OUTCOME, "warnings": Group.WARNING, "busy": Group.STOP}
"""Arguments that are messages, whatever they are given to."""

FARTHEST = 3
"""Through how many functions the code of an issue is looked for."""

UNSEEN = frozenset({"importer.ledger.memory"})
"""Modules whose messages no user meets."""

HEAD = """\
<!-- Made from the code by: python docs/make -->

# Every message

What import-invoices says where something is wrong: what it is, where, and what to do. `‹file›` is
known when it is said; what stands in [brackets] is said where it applies; of what a | parts, one.
"""


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
    found = [message for message in collect() if is_told(message)]
    parts = [HEAD]
    for group in Group:
        own = [message for message in found if message.group is group]
        parts += [f"## {group.value}", f"{ABOUT[group]}\n"]
        if group in {Group.CELL, Group.OUTCOME}:
            for kind in Code if group is Group.CELL else Status:
                if texts := _bullets(m for m in own if m.kind == kind):
                    link = f"[{kind}](issues.md#{kind})" if group is Group.CELL else f"`{kind}`"
                    parts += [f"### {link}", *texts, ""]
            own = [message for message in own if not message.kind]
        parts += [*_bullets(iter(own)), ""]
    return "\n".join(parts).replace("\n\n\n", "\n\n").rstrip() + "\n"


def is_told(message: Message) -> bool:
    """Tell whether a message has words of its own, and is no mere passing on of another."""
    return says_something(message.text.removesuffix("Nothing was sent."))


def collect(folder: Path = PACKAGE) -> Iterator[Message]:
    """Yield the messages of a package, those too that have no words of their own."""
    modules = read_modules(folder)
    for module in modules.values():
        if module.name in UNSEEN:
            continue
        path = str(module.path.relative_to(folder.parent))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                for group, kind, text in _said(modules, module, node):
                    told = re.sub(r"(‹[^›]*›)\1", r"\1", " ".join(text.split()))
                    yield Message(group, kind, told, path, node.lineno)


def _said(modules: Modules, module: Module, node: ast.Call) -> Iterator[tuple[Group, str, str]]:
    """Yield what a call says."""
    function = next((n for n in module.around(node) if isinstance(n, Function)), None)
    scope = Scope(modules, module, function)
    group, at = SINKS.get(called(node), (None, 0))
    if group is Group.CELL:
        for kind, text in _explained(scope, node):
            yield group, kind, text
        return
    if group is not None and len(node.args) > at:
        for row in scope.tables(node):
            for text in row.texts(node.args[at]):
                yield group, _status(node), _complete(called(node), text)
    for keyword in node.keywords:
        if keyword.arg in KEYWORDS and called(node) != "Message":
            for text in scope.texts(keyword.value):
                yield KEYWORDS[keyword.arg], _status(node), text


def _complete(name: str, text: str) -> str:
    """Return a message whole: what is said of a refused workbook goes on after its name."""
    if name == "RefusedError":
        return f"‹file› {text}. Nothing was sent."
    return re.sub("^‹(name|path)› ", "‹file› ", text) if name == "FileError" else text


def _status(node: ast.Call) -> str:
    if called(node) == "hold":
        return Status.NOT_SENT
    names = [n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    found = [Status[name] for name in names if name in Status.__members__]
    return found[0] if called(node) == "Outcome" and found else ""


def _explained(scope: Scope, node: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield an issue's messages and their codes: one for each row where a table has the words."""
    for inner in scope.tables(node):
        codes = list(_codes_in(inner.bound["*"][0])) if "*" in inner.bound else []
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
        for use in ast.walk(other.tree)
        if isinstance(use, ast.Name | ast.Attribute)
        and name in {getattr(use, "id", None), getattr(use, "attr", None)}
        and isinstance(use.ctx, ast.Load)
        and (other is module or other.imports.get(name) == (module.name, name))
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


def _bullets(messages: Iterator[Message]) -> list[str]:
    return list(dict.fromkeys(f"- {message.text}" for message in messages))
