"""Sending: as fast as it goes, and exactly as fast as it may."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.baselines.drt import make_project
from benchmarks.figures import Figure, at_least, below
from benchmarks.files import write_csv
from benchmarks.measure import BIN, COMMAND, Server, Size, Took, run, serving

UNLIMITED = 100_000
"""Creates a second: more than anything here can send."""

ROUNDS = 3

AT_A_TIME = 32
"""Creates in flight: with a server that answers at once, what is written down together."""

Sender = Callable[[Path, Path, Server], Took]


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Measure the sending.

    Args:
        folder: Where to work, an empty folder.
        size: How much of it.
    """
    yield from _measure_speed(folder, size.rows(10_000), min(ROUNDS, size.rounds))
    yield from _measure_pace(folder, size.rows(12_000))
    yield from _measure_wait(folder, size.rows(1_000))


def _measure_speed(folder: Path, rows: int, rounds: int) -> Iterator[Figure]:
    """Each sends the same rows; the best of some rounds counts, in turns."""
    file = _make_file(folder, rows)
    senders: dict[str, Sender] = {
        "as installed": lambda *a: _send_many(*a, "httpx"),
        "with the extra fast": lambda *a: _send_many(*a, "aiohttp"),
        "as installed, 8 at a time (the default)": lambda *a: _send(*a, "--transport", "httpx"),
        "with the extra fast, 8 at a time": lambda *a: _send(*a, "--transport", "aiohttp"),
        "a script with requests.Session": _send_plainly,
        "drt-core 1.2.1": _send_by_drt,
    }
    best = dict.fromkeys(senders, 0.0)
    peak = dict.fromkeys(senders, 0.0)
    for turn in range(rounds):
        for name, send in senders.items():
            place = folder / f"{turn}-{name}".replace(" ", "-")
            place.mkdir()
            with serving() as server:
                took = send(file, place, server)
                best[name] = max(best[name], server.rows_a_second(rows))
            peak[name] = max(peak[name], took.peak_mib)
    ours, others = list(senders)[:2], list(senders)[4:]
    for name, times in zip(ours, (1, 2), strict=True):
        for other in others:
            what = f"sending {rows:,} rows, {name}, {AT_A_TIME} at a time"
            yield at_least(what, best[name], best[other], other, times)
        yield below(f"its peak memory, {name}", peak[name], 300, "MiB")
    for name in list(senders)[2:4]:
        yield Figure(f"sending {rows:,} rows, {name}", f"{best[name]:,.1f} rows/s", "the same")


def _measure_pace(folder: Path, rows: int) -> Iterator[Figure]:
    """A server that takes 100 ms, at 200 creates a second."""
    rate = 200
    file = _make_file(folder, rows)
    place = folder / "pace"
    place.mkdir()
    with serving(0.1) as server:
        _send(file, place, server, "--rate", str(rate), "--concurrency", "40")
        reached, busiest = server.rows_a_second(rows), server.tell()["busiest_second"]
    what = f"{rows:,} rows at --rate {rate}, answers after 100 ms"
    yield at_least(what, reached, rate, "the permitted rate", 0.99)
    yield below("the most in any second of it", busiest, 1.05 * rate + 1, "rows")


def _measure_wait(folder: Path, rows: int) -> Iterator[Figure]:
    """All that a user waits for, from the key to the results."""
    rate = 100
    file = _make_file(folder, rows)
    place = folder / "wait"
    place.mkdir()
    with serving() as server:
        took = _send(file, place, server, "--rate", str(rate))
        server.rows_a_second(rows)
    least = rows / rate
    what = f"{rows:,} rows at --rate {rate}, all in all"
    yield below(what, took.wall_s, 1.1 * least + 3, "s", f"{least:g} s, the rate alone")


def _make_file(folder: Path, rows: int) -> Path:
    file = folder / f"good-{rows}.csv"
    write_csv(file, rows, bad=0)
    return file


def _send_many(file: Path, place: Path, server: Server, transport: str) -> Took:
    options = ("--transport", transport, "--concurrency", str(AT_A_TIME))
    return _send(file, place, server, *options)


def _send(file: Path, place: Path, server: Server, *options: str) -> Took:
    rate = () if "--rate" in options else ("--rate", str(UNLIMITED))
    output = ("--output", place / "results.xlsx")
    command = (COMMAND, file, "--api-url", server.url, *rate, *output, "--yes", *options)
    return run(command, folder=place, IMPORT_INVOICES_TOKEN="t0ken")


def _send_plainly(file: Path, place: Path, server: Server) -> Took:
    script = (sys.executable, "-m", "benchmarks.baselines.plain_script")
    return run((*script, file, server.url), folder=place)


def _send_by_drt(file: Path, place: Path, server: Server) -> Took:
    return run((BIN / "drt", "run"), folder=place, **make_project(place, file, server.url))
