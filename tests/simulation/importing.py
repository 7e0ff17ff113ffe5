"""One run of the importer, from taking the sender lock to its end, or to its death."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable

from importer import pipeline
from importer.campaign import Campaign, Terms
from importer.errors import StoppedError
from importer.ledger.port import Ledger
from importer.model import Outcome
from importer.plan import Plan
from importer.records import Account, RunEnd, RunStart
from importer.settings import Api, Client, Secret
from importer.submit.api import HttpApi
from importer.submit.engine import Sending
from simulation.crashes import Crash, CrashingLedger, Fuse
from simulation.fates import LOOKUP_DELAY_S, TIMEOUT_S
from simulation.file import to_invoices
from simulation.limits import Limits
from simulation.server import Server
from simulation.setting import Circumstances, Result, Setting, Tool
from simulation.wire import Conditions, Wire
from virtual_time import START, VirtualClock, VirtualLoop

URL, NAME = "http://127.0.0.1", "default"
API = Api(URL, NAME, Client("desk", Secret("not so secret")), URL)
GIVE_UP_AFTER_S = 300.0


class SharedLedgerError(AssertionError):
    """Two runs were let in to one ledger."""


class Importing:
    """A run at work."""

    def __init__(
        self,
        setting: Setting,
        circumstances: Circumstances,
        *,
        server: Server,
        tool: Tool,
        log: Callable[[float, str], None],
    ) -> None:
        """Prepare the run.

        Args:
            setting: Where and when it takes place.
            circumstances: What it is up against.
            server: What it talks to.
            tool: The importer.
            log: Told when, in seconds of true time, and what happens.
        """
        self._setting = setting
        self._circumstances = circumstances
        self._server = server
        self._tool = tool
        self._tell = log
        self._loop: VirtualLoop | None = None
        self._prepared_at = setting.at

    @property
    def now(self) -> float:
        """The true time, in seconds."""
        return self._setting.at + (self._loop.time() if self._loop is not None else 0)

    def _log(self, text: str) -> None:
        self._tell(self.now, text)

    def carry_out(self) -> Result | None:
        """Import the file; return None where the run died, or could not begin."""
        ledger = None
        try:
            ledger = self._tool.ledger(self._setting.ledger, self._circumstances.fuse)
            account = ledger.account(URL, NAME)
            with ledger.sender(account, 0, lambda: None):
                if self._circumstances.intruder:
                    self._intrude(account)
                return self._import(ledger, account)
        except Crash:
            self._log(f"dies {self._circumstances.fuse.crashed}")
        except StoppedError as exc:
            self._log(f"stops: {exc}")
        finally:
            if ledger is not None:
                ledger.close()
        return None

    def _intrude(self, account: Account) -> None:
        """Try to send for the same account of the same ledger, as another process would."""
        other = CrashingLedger(self._setting.ledger, Fuse())
        try:
            with other.sender(account, 0, lambda: None):
                raise SharedLedgerError("a second run was let in")
        except StoppedError:
            self._log("a second run is refused")
        finally:
            other.close()

    def _import(self, ledger: Ledger, account: Account) -> Result:
        witnesses = ledger.witnesses(account.id)
        with asyncio.Runner(loop_factory=self._make_loop) as runner:
            sent, wire = runner.run(self._deal(ledger, account))
        self._finish(ledger, sent)
        self._circumstances.fuse.remove()
        return Result(
            file=self._setting.file,
            sent=sent,
            account=ledger.account(URL, NAME),
            origin=self._setting.origin,
            circumstances=self._circumstances,
            witnesses=witnesses,
            prepared_at=self._prepared_at,
            sent_at=wire.sent_at,
            served=tuple(wire.served),
        )

    def _finish(self, ledger: Ledger, sent: pipeline.Sent) -> None:
        """Write the end down. The user has been told by then, whatever happens here."""
        end = RunEnd(START, {}, 0, None, sent.stopped, b"")
        try:
            ledger.finish_run(self._setting.id, end)
        except Crash:
            self._log(f"dies {self._circumstances.fuse.crashed}")
        except StoppedError as exc:
            self._log(f"stops: {exc}")

    def _make_loop(self) -> VirtualLoop:
        self._loop = VirtualLoop()
        # A process that is killed complains of nothing.
        self._loop.set_exception_handler(lambda *_: None)
        return self._loop

    @property
    def _clock(self) -> VirtualClock:
        seconds = self._setting.at + self._setting.skew_s
        return VirtualClock(START + dt.timedelta(seconds=seconds))

    async def _deal(self, ledger: Ledger, account: Account) -> tuple[pipeline.Sent, Wire]:
        """Do what `pipeline.import_file` does between reading the file and writing the results."""
        setting, circumstances = self._setting, self._circumstances
        clock = self._clock
        wire = self._make_wire(ledger, account)
        terms = Terms(
            Sending(account, setting.id, circumstances.concurrency, GIVE_UP_AFTER_S),
            circumstances.rate,
            LOOKUP_DELAY_S,
            self._tool.check_server,
        )
        http = HttpApi(
            API,
            clock,
            timeout_s=TIMEOUT_S,
            concurrency=circumstances.concurrency,
            transport=wire,
        )
        async with http:
            run = Campaign(
                terms,
                api=self._tool.api(http),
                ledger=ledger,
                clock=clock,
                events=self,
                rng=random.Random(f"{setting.seed} {setting.id} jitter"),
            )
            if circumstances.interrupted_after_s is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(circumstances.interrupted_after_s, self._interrupt, run)
            planned = await run.prepare(to_invoices(setting.file))
            self._prepared_at = self.now
            await self._send(run, planned, ledger, account.id)
        # How the end of a run is told is part of what is tested, private or not.
        return pipeline.sum_up(run, planned, interrupted=False), wire

    def _interrupt(self, run: Campaign) -> None:
        self._log("the user interrupts")
        run.stop("interrupted")

    async def _send(self, run: Campaign, planned: Plan, ledger: Ledger, account_id: int) -> None:
        ledger.start_run(RunStart(self._setting.id, account_id, START, "", "", "", "", "{}", b""))
        try:
            await run.send(planned)
        except StoppedError as exc:
            run.stop(str(exc))

    def _make_wire(self, ledger: Ledger, account: Account) -> Wire:
        circumstances = self._circumstances
        limits = Limits(self._setting.origin, self._server.habits.unique, circumstances.lies)
        seed = f"{self._setting.seed} {self._setting.id}"
        return Wire(
            self._server,
            Conditions(seed, circumstances.weather, circumstances.owner, limits),
            fuse=circumstances.fuse,
            now=lambda: self.now,
            witnesses=lambda: ledger.witnesses(account.id),
            log=self._log,
        )

    def on_outcome(self, outcome: Outcome) -> None:
        """See `Listener.on_outcome`."""
        name = outcome.invoice.number if outcome.invoice is not None else ""
        self._log(f"row {outcome.row}: {outcome.status} {name}")

    def on_wait(self, reason: str, seconds: float) -> None:
        """See `Listener.on_wait`."""
        self._log(f"waits {seconds:.1f} s: {reason}")

    def on_phase(self, what: str) -> None:
        """See `Listener.on_phase`."""
        self._log(what)

    def on_setback(self, row: int, reason: str) -> None:
        """See `Listener.on_setback`."""
        self._log(f"row {row}: {reason}")

    def on_refusals(self, reason: str) -> bool:
        """See `Listener.on_refusals`."""
        return bool(reason)
