"""The whole way of the data, from a file to its results; events out, no printing."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from importer.campaign import Campaign, Terms
from importer.clock import SECOND_NS, Clock
from importer.errors import FileError, ImporterError, StoppedError
from importer.events import Courier, Events
from importer.ledger.port import Ledger
from importer.model import Field, Outcome, Status
from importer.plan import Plan
from importer.preview import Preview, preview_plan
from importer.reading import read_invoices, was_changed
from importer.recognise import say_imported
from importer.recording import Record, prune
from importer.records import Account
from importer.report import Conduct, Report, build_report, order_outcomes
from importer.settings import Api, Settings
from importer.signals import Signals, interrupting
from importer.statuses import LEFT
from importer.submit.api import HttpApi
from importer.submit.engine import Sending
from importer.table import Invoices, Table
from importer.workbook import default_output, prepare_output, require_room, write_results

LONG_NS = 2 * SECOND_NS
"""An answer that took longer is given to a plan that may be out of date."""

CHANGED = "The API's invoices changed while the question waited: this is the plan by now."


@dataclass(frozen=True, slots=True)
class Sent:
    """How the sending ended.

    Attributes:
        outcomes: What became of rows.
        rest: What became of every row that has no outcome of its own.
        stopped: Why the run stopped early; None where it didn't.
        interrupted: It stopped because a signal told it to.
        warnings: What the user should know.
        invoices: The rows, with all that is wrong with them.
        left: How many creates `--limit` left for later.
    """

    outcomes: tuple[Outcome, ...]
    rest: Outcome
    stopped: str | None
    interrupted: bool
    warnings: tuple[str, ...]
    invoices: Invoices
    left: int = 0


def import_file(
    settings: Settings,
    api: Api,
    *,
    ledger: Ledger,
    clock: Clock,
    events: Events,
    courier: Courier | None = None,
) -> Report:
    """Import a file: every row becomes an invoice, or a reason why not, in a results file.

    Args:
        settings: The run's options.
        api: Where to send, and for whom.
        ledger: The durable record.
        clock: What waits.
        events: Who is told, and asked.
        courier: Who brings the file, if it isn't a person.

    Returns:
        The report that the results file was written from.

    Raises:
        FileError: When the file can't be imported at all.
        UsageError: When an option is wrong.
        StoppedError: When another run goes on too long, or the user declined. Nothing was sent.
    """
    started = clock.now()
    name = settings.file.name
    events.on_phase(f"Reading {'standard input' if name == '-' else name}")
    table, invoices = read_invoices(settings, started)
    account = ledger.account(api.account_url, api.account)
    warnings = say_imported(ledger, account, table.sha256)
    with ledger.sender(account, settings.wait, lambda: events.on_lock_wait(settings.wait)):
        if courier is not None:
            courier.admit(table)
        # Inside, so that two runs of one second don't choose one name.
        output = prepare_output(settings.output or default_output(settings.file, started))
        require_room(table, output)
        report = _Run(
            settings=settings,
            api=api,
            account=account,
            table=table,
            invoices=invoices,
            ledger=ledger,
            clock=clock,
            events=events,
            started=started,
            output=output,
            warnings=warnings,
            id=f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        ).carry_out()
        if courier is not None:
            courier.keep(report)
        return report


@dataclass(frozen=True, slots=True)
class _Run:
    """One run that holds the sender lock."""

    settings: Settings
    api: Api
    account: Account
    table: Table
    invoices: Invoices
    ledger: Ledger
    clock: Clock
    events: Events
    started: dt.datetime
    output: Path
    warnings: tuple[str, ...]
    id: str

    def carry_out(self) -> Report:
        self.events.on_run(self.id)
        record = Record(self.settings, self.table, self.account, self.started, self.id)
        record.begin(self.ledger)
        signals = Signals()
        try:
            with interrupting():
                sent = asyncio.run(self._deal(signals))
        except BaseException as exc:
            record.give_up(self.ledger, exc, self.clock.now())
            if isinstance(exc, ImporterError):
                exc.run_id = self.id
            raise
        with signals.noted():  # what was done is written down first
            return self._write_down(sent, record, signals)

    def _write_down(self, sent: Sent, record: Record, signals: Signals) -> Report:
        report = self._report(sent, self.output)
        self.events.on_phase("Writing the results")
        try:
            write_results(report, self.output, self.ledger.option)
        except FileError as exc:
            sent = replace(sent, stopped=str(exc).rstrip("."))
            report = self._report(sent, None)
        if signals.received and not sent.interrupted:
            sent = replace(sent, interrupted=True)
            report = self._report(sent, report.summary.output)
        try:
            record.end(self.ledger, report, self.clock.now())
        except StoppedError as exc:
            stopped = str(exc).rstrip(".")
            return self._report(replace(sent, stopped=stopped), report.summary.output)
        prune(self.ledger, self.clock.now(), self.settings.keep_results)
        return report

    def _restrict(self, planned: Plan) -> tuple[Plan, int]:
        """Hold back what is not to be sent; return the rest, and how many are left for later."""
        invalid = len(planned.invoices.invalid_rows())
        if self.settings.strict and invalid:
            rows = "1 row is" if invalid == 1 else f"{invalid:,} rows are"
            return planned.hold(f"Held back by --strict: {rows} invalid. Correct that first."), 0
        if self.settings.limit is None:
            return planned, 0
        limited = planned.hold(LEFT, after=self.settings.limit)
        return limited, len(planned) - len(limited)

    def _preview(self, planned: Plan, left: int, warnings: tuple[str, ...]) -> Preview:
        where = "the sandbox" if self.account.is_sandbox else self.api.url.partition("://")[2]
        preview = preview_plan(self.table, planned, left=left, where=where)
        return replace(preview, warnings=(*warnings, *preview.warnings))

    async def _deal(self, signals: Signals) -> Sent:
        """Deal with the API: look up, plan, ask, send."""
        settings = self.settings
        http = HttpApi(
            self.api, self.clock, timeout_s=settings.timeout, concurrency=settings.concurrency
        )
        async with http:
            campaign = Campaign(
                self._terms(),
                api=http,
                ledger=self.ledger,
                clock=self.clock,
                events=self.events,
                rng=random.Random(),  # noqa: S311 jitter, not a secret
            )

            def stop(reason: str) -> None:
                self.events.on_stopping()
                campaign.stop(reason)

            self.events.on_phase("Comparing with what was sent before")
            with signals.heeded(stop):
                planned, left = self._restrict(await campaign.prepare(self.invoices))
            warnings: tuple[str, ...] = ()
            # Outside: Ctrl-C at the prompt is an answer.
            while (
                len(planned)
                and campaign.stopped is None
                and not self._agree(self._preview(planned, left, warnings))
            ):
                before, warnings = planned.keys(), (CHANGED,)
                with signals.heeded(stop):
                    again = await campaign.look_again(self.invoices, planned)
                    planned, left = self._restrict(again)
                if planned.keys() == before:
                    break
            with signals.heeded(stop):
                try:
                    await campaign.send(planned)
                except StoppedError as exc:
                    campaign.stop(str(exc))
        return sum_up(campaign, planned, interrupted=bool(signals.received), left=left)

    def _agree(self, preview: Preview) -> bool:
        """Ask whether a plan may be carried out; return whether it can't be out of date by now.

        Raises:
            StoppedError: When it may not, or the file says something else by now.
        """
        asked = self.clock.monotonic_ns()
        if not self.events.on_plan(preview):
            raise StoppedError("You said no: nothing was sent.")
        if self.clock.monotonic_ns() - asked < LONG_NS:
            return True
        if was_changed(self.table):
            raise StoppedError(
                f"{self.table.path} was changed while the question waited: nothing was sent. Run "
                "the same command again: it shows what would be sent now."
            )
        return False

    def _terms(self) -> Terms:
        settings = self.settings
        sending = Sending(
            account=self.account,
            run_id=self.id,
            concurrency=settings.concurrency,
            give_up_after_s=settings.give_up_after,
            headers={field: self.invoices.columns.header(field) for field in Field},
        )
        return Terms(sending, settings.rate, settings.lookup_delay, settings.check_server)

    def _report(self, sent: Sent, output: Path | None) -> Report:
        invoices = sent.invoices
        outcomes = order_outcomes(self.table, sent.outcomes, sent.rest, invoices.issues)
        conduct = Conduct(
            id=self.id,
            account=str(self.account),
            started_at=self.started,
            duration_s=(self.clock.now() - self.started).total_seconds(),
            output=output,
            stopped=sent.stopped,
            interrupted=sent.interrupted,
            refused=self.settings.strict and bool(invoices.invalid_rows()),
            warnings=(*self.warnings, *sent.warnings),
            left=sent.left,
        )
        return build_report(self.table, invoices, outcomes, conduct)


def sum_up(campaign: Campaign, planned: Plan, *, interrupted: bool, left: int = 0) -> Sent:
    """Return how the sending ended, with an outcome for every row that left.

    Args:
        campaign: The campaign, over.
        planned: What it was to send.
        interrupted: A signal told it to stop.
        left: How many creates `--limit` left for later.
    """
    why = campaign.stopped or ""
    doubts = (
        Outcome(
            row,
            Status.IN_DOUBT,
            message=f"Sent, but the answer could not be written down ({why}). Run this file again.",
        )
        for row in sorted(campaign.unsettled)
    )
    return Sent(
        outcomes=(*planned.decided, *campaign.outcomes, *doubts),
        rest=Outcome(0, Status.NOT_SENT, message=f"Not sent: {why}. Run this file again to go on."),
        stopped=campaign.stopped,
        interrupted=interrupted,
        warnings=tuple(campaign.warnings),
        invoices=planned.invoices,
        left=left,
    )
