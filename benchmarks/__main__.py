"""`python -m benchmarks`: measure everything, and print a table."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from benchmarks import checking, results, sending, starting
from benchmarks.figures import Figure, to_markdown
from benchmarks.measure import FULL, SMALL

SCENES = {
    "sending": sending.measure,
    "checking": checking.measure,
    "results": results.measure,
    "starting": starting.measure,
}

LIBRARIES = (
    "polars", "pandera", "python-calamine", "httpx", "aiohttp", "openpyxl", "click",
    "requests", "drt-core", "duckdb",
)  # fmt: skip

RESULTS = Path(__file__).parent / "RESULTS.md"


@click.command()
@click.option("--small", is_flag=True, help="A hundredth of the rows: shows that all of it works.")
@click.option("--only", type=click.Choice(list(SCENES)), multiple=True, help="Measure only these.")
@click.option("--write", is_flag=True, help="Keep the table in benchmarks/RESULTS.md.")
def main(*, small: bool, only: Sequence[str], write: bool) -> None:
    """Measure the importer beside what else there is, in one run on this machine."""
    figures: list[Figure] = []
    for name in only or SCENES:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            for figure in SCENES[name](Path(folder), SMALL if small else FULL):
                figures.append(figure)
                click.echo("  ".join(cell for cell in figure.cells if cell), err=True)
    text = f"{_describe()}\n\n{to_markdown(figures)}\n"
    click.echo(text)
    if write:
        RESULTS.write_text(f"# Results of the last full run\n\n{text}", "utf-8")


def _describe() -> str:
    """Return on what was measured: machine and versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; "
        f"{libraries}."
    )


if __name__ == "__main__":
    main()
