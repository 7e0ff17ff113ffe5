"""When a command reads its configuration: as soon as the options that choose it are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from importer.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

CHOSEN = f"{__name__}.chosen"
"""Under which a context's `meta` holds what is known of those options."""

COMPLAINT = f"{__name__}.complaint"
"""Under which `doctor` finds in its context's `meta` what is wrong with the configuration."""


def heed_configuration(
    ctx: click.Context, param: click.Parameter, value: Path | str | None
) -> Path | str | None:
    """Read the configuration once both options that choose it are known."""
    if not ctx.resilient_parsing:
        chosen = ctx.meta.setdefault(CHOSEN, {})
        chosen[param.name] = value
        if len(chosen) == 2:  # noqa: PLR2004 both
            from importer.cli.configuration import configure  # noqa: PLC0415 not for `--help`

            del ctx.meta[CHOSEN]
            try:
                configure(ctx, chosen["config"], chosen["profile"])
            except UsageError as exc:
                if ctx.command.name != "doctor":
                    raise
                ctx.meta[COMPLAINT] = str(exc)  # it goes on, and tells
    return value
