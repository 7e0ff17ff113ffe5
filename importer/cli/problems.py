"""What is wrong with a file's rows, for people: the first of every kind, the rest counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from importer.blanks import say_blanks, several_blanks
from importer.model import Code, Issue, Severity, name_header
from importer.printable import printable
from importer.table import Table
from importer.warn import name_places

MOST = 10
"""How many problems are shown before the rest is counted."""

MOST_OF_A_KIND = 3

NAMED = 3
"""How many of the cells are named that have one problem in common."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What some cells have in common, told once.

    Attributes:
        places: Where the first of them are, as the user finds it: cells, or rows.
        total: In how many places it is.
        header: The cells' header; empty where the rows are meant.
        message: What is wrong, and what to do.
        issues: The issues that it stands for.
    """

    places: tuple[str, ...]
    total: int
    header: str
    message: str
    issues: tuple[Issue, ...]

    @property
    def code(self) -> Code:
        """The kind of issue."""
        return self.issues[0].code

    def told(self) -> str:
        """Return where it is and what it is: `A5 and A6 (Reference ID): …`."""
        header = f" {name_header(self.header)}" if self.header else ""
        return printable(f"{name_places(self.places, self.total)}{header}: {self.message}")


def problem_lines(issues: Iterable[Issue], table: Table) -> Iterator[str]:
    """Yield what is wrong: the first problems of every kind, then how many more there are.

    Args:
        issues: All that is wrong; warnings are left out.
        table: Where the rows are.
    """
    wrong = [issue for issue in issues if issue.severity is Severity.ERROR]
    if not wrong:
        return
    rows = len({issue.row for issue in wrong})
    yield f"What is wrong, in {'1 row' if rows == 1 else f'{rows:,} rows'}:"
    chosen = choose(gather(wrong, table))
    places = {id(issue): (issue.row, number) for number, issue in enumerate(wrong)}
    in_order = sorted(chosen, key=lambda problem: min(places[id(i)] for i in problem.issues))
    yield from (f"  {problem.told()}" for problem in in_order)
    left = Counter(issue.code for issue in wrong)
    left.subtract(issue.code for problem in chosen for issue in problem.issues)
    if more := left.total():
        kinds = ", ".join(
            f"{code.replace('_', ' ')} ({number:,})" for code, number in left.items() if number
        )
        yield f"  … and {more:,} more: {kinds}."


def gather(issues: Sequence[Issue], table: Table) -> list[Problem]:
    """Return problems in the order in which they are met, each told once.

    Issues of one column with one message are one: a mistake made in every row, or the rows that
    share a reference. So are several blank cells of one row, and rows with the same blank cells.

    Args:
        issues: What is wrong, in the file's order.
        table: Where the rows are.
    """
    blanks = several_blanks(issues)
    joined = {id(issue) for found in blanks.values() for issue in found}
    together: dict[tuple[str, ...], list[Issue]] = {}
    for issue in issues:
        if id(issue) in joined:
            key = ("", *(other.column or "" for other in blanks[issue.row]))
        else:
            key = (issue.code, issue.column or "", issue.message)
        together.setdefault(key, []).append(issue)
    return [
        _blank_rows(found, key[1:], table) if key[0] == "" else _alike(found)
        for key, found in together.items()
    ]


def _blank_rows(issues: Sequence[Issue], headers: Sequence[str], table: Table) -> Problem:
    rows = list(dict.fromkeys(issue.row for issue in issues))
    places = tuple(table.place(row) for row in rows[:NAMED])
    return Problem(places, len(rows), "", say_blanks(headers), tuple(issues))


def _alike(issues: Sequence[Issue]) -> Problem:
    first = issues[0]
    places = tuple(issue.place for issue in issues[:NAMED])
    return Problem(places, len(issues), first.column or "", first.message, tuple(issues))


def choose(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems to show: of every kind one, then a second, a third, while there is room.

    Args:
        problems: All of them.

    Returns:
        `MOST` at most, kind by kind, in the order in which the kinds are met.
    """
    kinds: dict[Code, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(problem.code, []).append(problem)
    turns = [
        (turn, kind)
        for turn in range(MOST_OF_A_KIND)
        for kind, found in kinds.items()
        if turn < len(found)
    ]
    room = Counter(kind for _, kind in turns[:MOST])
    return [problem for kind, found in kinds.items() for problem in found[: room[kind]]]
