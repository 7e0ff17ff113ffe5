"""See the package's docstring."""

from __future__ import annotations

import fnmatch
import sys

import click

from damage.owner import FIELDS
from damage.verdict import Figures, Verdict, all_variants, judge, judge_all, read, select
from importer.errors import ImporterError


@click.command()
@click.argument("names", nargs=-1)
@click.option("-a", "--all", "listing", is_flag=True, help="Judge all whose names match.")
@click.option("--lost", is_flag=True, help="Print what was lost without being touched, too.")
@click.option("--one-in", type=int, default=1, help="Judge one variant in so many only.")
def main(names: tuple[str, ...], listing: bool, lost: bool, one_in: int) -> None:
    """Damage a valid file in every way, or show one of them."""
    patterns = names or ("*",)
    chosen = [n for n in select(one_in) if any(fnmatch.fnmatch(n, p) for p in patterns)]
    if names and not listing:
        for name in chosen:
            show(name)
        return
    verdicts = []
    for verdict in judge_all(chosen):
        tell(verdict, lost=lost)
        verdicts.append(verdict)
    figures = Figures(tuple(verdicts))
    click.echo(str(figures))
    sys.exit(1 if figures.wrong or figures.vanished else 0)


def tell(verdict: Verdict, *, lost: bool) -> None:
    """Print what failed in a variant."""
    for what, texts in (("WRONG", verdict.wrong), ("VANISHED", verdict.vanished)):
        for text in texts:
            click.echo(f"{what} {verdict.name}: {text}")
    if lost and verdict.lost:
        said = f" ({verdict.refusal})" if verdict.refusal else ""
        click.echo(f"LOST {verdict.name}: {len(verdict.lost)}: {verdict.lost[0]}{said}")


def show(name: str) -> None:
    """Print a variant's bytes, what was meant and what came out."""
    variant = all_variants()[name]
    click.echo(f"{name} ({variant.file}; {variant.why or 'no row is touched'})")
    if name.startswith("csv/"):
        for number, line in enumerate(variant.data.splitlines(keepends=True)[:60], 1):
            click.echo(f"  {number:3} {line!r}")
    click.echo("meant:")
    for meant in variant.meant:
        place = f"row {meant.number}, line {meant.line}{', damaged' if meant.damaged else ''}"
        values = (getattr(meant.invoice, field) for field in FIELDS)
        click.echo(f"  {place}: {', '.join(map(repr, values))}")
    result = read(variant)
    click.echo("came out:")
    if isinstance(result, ImporterError):
        click.echo(f"  refused: {result}")
    else:
        table, invoices = result
        for warning in table.warnings:
            click.echo(f"  warning: {warning}")
        invalid = invoices.invalid_rows()
        for row in invoices.frame.select("row", *FIELDS).iter_rows():
            ready = "invalid" if row[0] in invalid else "ready"
            click.echo(f"  {table.place(row[0])}, row {row[0]} {ready}: {row[1:]!r}")
        for issue in invoices.issues:
            click.echo(f"  {issue.severity} {issue.place} {issue.code}: {issue.message}")
    verdict = judge(variant, result)
    tell(verdict, lost=True)


if __name__ == "__main__":
    main()
