"""What the values of options are: numbers in a range, a rate, a mapping of headers."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from importer.nearest import did_you_mean, nearest

if TYPE_CHECKING:  # imported where a value is given: `--help` and a wrong option have none
    from pathlib import Path

    from importer.settings import Secret


class Rate(click.ParamType[float | None]):
    """A positive number, or `auto`, which is None."""

    name = "number"

    def convert(
        self,
        value: str | float,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float | None:
        """Convert what the user wrote."""
        if str(value).strip().lower() == "auto":
            return None
        try:
            float(value)
        except ValueError:
            self.fail(f'"{value}" is neither a number nor auto. Write one, such as 10.', param, ctx)
        return POSITIVE.convert(value, param, ctx)


class Finite(click.FloatRange):
    """A number in a range; `nan`, which is in every range for Python, is none."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Convert what the user wrote."""
        number = math.nan
        with suppress(click.BadParameter):
            number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            told = f'"{value}" is no number {_between(self)}. Write one, such as 10.'
            self.fail(told, param, ctx)
        return number


class Word(click.Choice[str]):
    """One of some words, in any case."""

    def __init__(self, *words: str) -> None:
        super().__init__(words, case_sensitive=False)

    def convert(
        self,
        value: Any,  # noqa: ANN401 click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Convert what the user wrote."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            words = list(map(str, self.choices))
            hint = did_you_mean(nearest(str(value), words))
            self.fail(f'"{value}" is none of {", ".join(words)}.{hint}', param, ctx)


MOST = 2_147_483_647
"""The largest whole number that everything can count to."""


class Whole(click.IntRange):
    """A whole number in a range, none larger than `MOST`."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Convert what the user wrote."""
        number: int | None = None
        with suppress(click.BadParameter):
            number = super().convert(value, param, ctx)
        if number is None:
            told = f'"{value}" is no whole number {_between(self)}. Write one, such as 100.'
            self.fail(told, param, ctx)
        if number > MOST:
            self.fail(f'"{value}" is more than {MOST:,}. Write less, such as 100.', param, ctx)
        return number


def _between(allowed: Whole | Finite) -> str:
    """Return in words which numbers are allowed: `from 0 on`, `from 1 to 1,000`."""
    most = "on" if allowed.max is None else f"to {allowed.max:,}"
    return f"from {allowed.min:,} {most}"


class Mapped(click.ParamType[dict[str, str]]):
    """Headers and the fields that they give: `Kunde=counterparty_id; Beleg=reference_id`."""

    name = "mapping"

    def convert(
        self,
        value: str | dict[str, str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dict[str, str]:
        """Convert what the user wrote."""
        if isinstance(value, dict):
            return value
        from importer.model import Field  # noqa: PLC0415 see above

        mapping: dict[str, str] = {}
        for part in filter(str.strip, value.split(";")):
            header, equals, name = (text.strip() for text in part.rpartition("="))
            if not equals or not header:
                self.fail(
                    f'"{part.strip()}" is no pair of header and field. Write "Your header=field", '
                    "with semicolons between pairs.",
                    param,
                    ctx,
                )
            if name not in set(Field):
                hint = did_you_mean(nearest(name, Field)) or f" Fields: {', '.join(Field)}."
                self.fail(f'"{name}" is no field of an invoice.{hint}', param, ctx)
            mapping[header] = name
        return mapping


class Typed(click.Path["Path"]):
    """A path as it was typed; what is unreadable is told where it is read."""

    def __init__(self) -> None:
        super().__init__(readable=False)

    def coerce_path_result(self, value: str | os.PathLike[str]) -> Path:
        """Return it as a path."""
        from pathlib import Path  # noqa: PLC0415 see above

        return Path(value)


class Place(Typed):
    """A path; `~` is somebody's home."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path as it was typed, unless its `~` is the home of nobody."""
        from pathlib import Path  # noqa: PLC0415 see above

        try:
            Path(value).expanduser()
        except RuntimeError:
            self.fail(f"There is no user whose home {value} could be. Write the whole path.")
        return super().convert(value, param, ctx)


class Name(click.ParamType[str]):
    """A name that a line of text can show."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        del param, ctx
        if odd := next((c for c in value if not c.isprintable()), ""):
            self.fail(
                f"The name holds a character that can't be shown (U+{ord(odd):04X}). Write letters "
                "and digits."
            )
        return value


class Hidden(click.ParamType["Secret"]):
    """A text that nobody is shown, such as an address that is as good as a password."""

    name = "text"

    def convert(
        self,
        value: str | Secret,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Secret:
        """Convert what the user wrote."""
        del param, ctx
        from importer.settings import Secret  # noqa: PLC0415 see above

        return value if isinstance(value, Secret) else Secret(value.strip())


POSITIVE = Finite(min=0.001, max=100_000)
SECONDS = Finite(min=0, max=7 * 86_400)
