"""A seed's story: a file and its runs, among faults first, then in calm."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from simulation.crashes import POINTS, Fuse
from simulation.fates import draw_habits, draw_weather
from simulation.file import draw_file, edit
from simulation.importing import Importing
from simulation.server import Order, Server
from simulation.setting import OURS, SOMEBODY_ELSE, Circumstances, Result, Setting, Tool

GAPS_S = (0.1, 0.1, 5, 70, 600)
"""How long it takes until the next run, in seconds."""

RARE_POINTS = [point for point in POINTS if point.endswith("distrust_absence")]
"""The crash points that only a server comes to that leaves references out."""

SKEWS_S = (0, 0, 0, -30, -3600, 3600)
"""By how much the wall clock jumps between runs, in seconds."""


class Story:
    """What a seed tells.

    Attributes:
        server: The server.
        calm: From here on, nothing goes wrong.
        events: What happened, line by line.
    """

    def __init__(self, seed: int, folder: Path, tool: Tool) -> None:
        """Prepare it.

        Args:
            seed: Its number.
            folder: An empty folder for its ledgers.
            tool: The importer.
        """
        self._seed = seed
        self._folder = folder
        self._tool = tool
        self._rng = random.Random(f"story {seed}")
        self.server = Server(draw_habits(self._rng))
        self._file = draw_file(self._rng)
        self._now = 0.0
        self._skew_s = 0.0
        self._desk = "office"
        self._lives = {"office": 1}
        self._runs = 0
        self._jumped_ahead = False
        self.calm = False
        self.events = [f"server: {self.server.habits}", *(f"row: {row}" for row in self._file)]

    def tell(self) -> Iterator[Result | None]:
        """Go through it; yield what each run told, None for one that died."""
        for _ in range(self._rng.choice((1, 2, 2, 3, 4))):
            self._pass_time()
            self._happen()
            yield from self._run(self._draw_circumstances())
        self.events.append("calm from here on")
        self.calm = True
        once_more = [self._desk] * self._rng.randint(0, 1)
        for desk in (self._desk, *once_more, *(self._lives.keys() - {self._desk})):
            self._now += max(GAPS_S)
            self._desk = desk
            yield from self._run(Circumstances())

    @property
    def _must_stay_alone(self) -> bool:
        """Tell whether a ledger could not learn what others sent."""
        habits = self.server.habits
        return habits.cuts is not None or not (habits.lists or habits.unique)

    @property
    def _origin(self) -> str:
        return f"{self._desk} {self._lives[self._desk]}"

    def _log(self, text: str) -> None:
        self._write_down(self._now, text)

    def _write_down(self, at: float, text: str) -> None:
        self.events.append(f"{at:9.1f}  {text.replace(str(self._folder), '.')}")

    def _pass_time(self) -> None:
        self._now += self._rng.choice(GAPS_S)
        jump = self._rng.choice(SKEWS_S)
        self._skew_s += jump
        self._jumped_ahead = jump > 0
        if jump:
            self._log(f"the clock jumps {'ahead' if jump > 0 else 'back'}")

    def _happen(self) -> None:
        """Let the user do something between two runs, and others."""
        if self._rng.random() < 0.3:
            self._file = edit(self._file, self._rng)
            self._log("the file is edited")
        if self._must_stay_alone:
            return
        event = self._rng.random()
        if event < 0.1:
            self._lose_ledger()
        elif event < 0.2:
            self._desk = "home" if self._desk == "office" else "office"
            self._lives.setdefault(self._desk, 1)
            self._log("the other desk's turn")
            self._let_land()
        elif event < 0.3:
            self._make_elsewhere()
        if self.server.invoices and self._rng.random() < 0.1:
            self._log("an invoice is cancelled")
            self._rng.choice(self.server.invoices).cancelled = True

    def _lose_ledger(self) -> None:
        self._log("the ledger is lost")
        for file in self._folder.glob(f"{self._desk}*"):
            file.unlink()
        self._lives[self._desk] += 1
        self._let_land()

    def _make_elsewhere(self) -> None:
        """Have somebody create an invoice by hand that the file has, too."""
        row = self._rng.choice(self._file)
        body = row.body()
        if self._rng.random() < 0.3:
            body["counterparty_id"] = 9
        self._let_land()
        if not self.server.of(row.key):
            self._log(f"{row.reference} is created by hand")
            self.server.accept(Order(self._now, OURS, body, None))
            self.server.advance(self._now)

    def _let_land(self) -> None:
        """Wait until the server has carried out what was sent."""
        self._now = max([self._now, *(order.at for order in self.server.pending)])
        self.server.advance(self._now)

    def _draw_circumstances(self) -> Circumstances:
        rng = self._rng
        # Where the API doesn't name owners, whoever has invoices of two can't be told so.
        wrong_owner = rng.random() < 0.06 and self.server.habits.names_owner
        interrupted = rng.random() < 0.08
        return Circumstances(
            weather=draw_weather(rng),
            owner=SOMEBODY_ELSE if wrong_owner else OURS,
            fuse=Fuse() if self.server.habits.cuts is not None else self._draw_fuse(),
            interrupted_after_s=rng.uniform(0, 200) if interrupted else None,
            lies=0 if self._jumped_ahead else 1,
            intruder=rng.random() < 0.1,
            concurrency=rng.randint(1, 4),
            rate=rng.choice((None, 1.0, 10.0)),
        )

    def _draw_fuse(self) -> Fuse:
        rng = self._rng
        if rng.random() < 0.1:
            return Fuse(writes=rng.randrange(1, 30))
        if rng.random() < 0.5:
            return Fuse()
        nameless = self.server.habits.nameless_answers > 0
        points = RARE_POINTS if nameless and rng.random() < 0.3 else POINTS
        return Fuse(rng.choice(points), rng.choice((0, 0, 1, 2, 5)))

    def _run(self, circumstances: Circumstances) -> Iterator[Result | None]:
        self._runs += 1
        setting = Setting(
            id=f"run {self._runs}",
            seed=self._seed,
            file=self._file,
            ledger=self._folder / f"{self._desk}.db",
            origin=self._origin,
            at=self._now,
            skew_s=self._skew_s,
        )
        self._log(f"{setting.id} at the {self._origin}: {circumstances}")
        if circumstances.owner != OURS:
            self._log("the credentials are another owner's")
        run = Importing(
            setting, circumstances, server=self.server, tool=self._tool, log=self._write_down
        )
        result = run.carry_out()
        self._now = run.now
        self.server.advance(self._now)
        yield result
