"""See the package's docstring."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from simulation.seeds import Report, play, play_all


@click.command()
@click.option("--seed", type=int, help="Tell this one alone.")
@click.option("--seeds", type=int, default=1000, show_default=True, help="How many to tell.")
@click.option("--first", type=int, default=0, show_default=True, help="The first of them.")
@click.option("-v", "--verbose", is_flag=True, help="Print what happened, where anything failed.")
def main(seed: int | None, seeds: int, first: int, verbose: bool) -> None:
    """Simulate the importer, seed by seed."""
    reports: Iterable[Report] = play_all(range(first, first + seeds))
    if seed is not None:
        reports = [play(seed)]
    told = failed = 0
    for report in reports:
        told += 1
        failed += bool(report.failure)
        if verbose:
            click.echo("\n".join(report.events), nl=bool(report.events))
        if report.failure:
            click.echo(f"seed {report.seed}: {report.failure}\n{report.replay}")
    click.echo(f"{failed} of {told} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
