"""Drives LibreOffice through its bridge; run by Debian's own Python, see `office.py`."""

# ruff: noqa: ANN401 the bridge has no types
from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.sheet import CellFlags
from com.sun.star.task import XInteractionHandler
from com.sun.star.util import NumberFormat

TRY_EVERY_S, TRIES = 0.2, 300
"""How often LibreOffice is asked whether it is there yet."""

FORMATS = {".xlsx": "Calc MS Excel 2007 XML", ".csv": "Text - txt - csv (StarCalc)"}
ENOUGH_S = 20
"""To end."""


class Listener(unohelper.Base, XInteractionHandler):  # type: ignore[misc]
    """Notes whatever LibreOffice would ask or tell a person, and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def handle(self, request: Any) -> None:
        """Note a request."""
        self.asked.append(str(request.getRequest()))


def option(name: str, value: Any) -> PropertyValue:
    """Return an argument of LibreOffice's."""
    return PropertyValue(Name=name, Value=value)


def url(path: str) -> str:
    """Return the URL of a path."""
    return Path(path).resolve().as_uri()


def connect(office: subprocess.Popen[bytes], pipe: str) -> Any:
    """Return the desktop of a LibreOffice that is about to listen on a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(TRIES):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException as exc:  # it has not come so far yet
            with suppress(subprocess.TimeoutExpired):
                code = office.wait(TRY_EVERY_S)
                raise RuntimeError(f"LibreOffice ended with {code}.") from exc
        else:
            manager = context.ServiceManager
            return manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise RuntimeError("LibreOffice does not answer.")


def name(column: int, row: int) -> str:
    """Return the name of a cell, such as `D17`, from its place, counted from 0."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def name_of(address: Any) -> str:
    """Return the name of a cell from its address."""
    return name(address.Column, address.Row)


def every(things: Any) -> list[Any]:
    """Return all of what LibreOffice has numbered."""
    return [things.getByIndex(number) for number in range(things.getCount())]


def names(area: Any) -> list[str]:
    """Return the names of all cells of an area."""
    columns = range(area.StartColumn, area.EndColumn + 1)
    return [
        name(column, row) for column in columns for row in range(area.StartRow, area.EndRow + 1)
    ]


def choices(book: Any, rule: Any) -> list[str]:
    """Return what a cell's list offers; it comes from cells of some sheet."""
    (where,) = book.Sheets.getCellRangesByName(rule.getFormula1().replace("$", ""))
    return [str(value) for (value,) in where.getDataArray()]


def measure(columns: Any) -> list[dict[str, int]]:
    """Return how wide columns are, and how wide they would have to be, in 1/100 mm."""
    measured = []
    for column in every(columns):
        width = column.Width
        column.OptimalWidth = True
        measured.append({"width": width, "needed": column.Width})
        column.Width = width
    return measured


def draw(chart: Any) -> dict[str, Any]:
    """Return what a chart draws: the text and the value of each bar."""
    (system,) = chart.getEmbeddedObject().getFirstDiagram().getCoordinateSystems()
    labels = system.getAxisByDimension(0, 0).getScaleData().Categories
    series = [each for kind in system.getChartTypes() for each in kind.getDataSeries()]
    values = [part.Values.getData() for each in series for part in each.getDataSequences()]
    return {"labels": labels.Values.getTextualData(), "values": values}


def look(book: Any, sheet: Any) -> dict[str, Any]:
    """Return what a sheet shows. Each question to LibreOffice takes its time: many cells, one."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.getRangeAddress()
    area = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
    dates: set[str] = set()
    colours: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for part in every(area.getCellFormatRanges()):
        cells = names(part.getRangeAddress())
        if part.CellBackColor != -1:
            colours |= dict.fromkeys(cells, f"#{part.CellBackColor:06X}")
        if part.Validation.Type.value == "LIST":
            lists |= dict.fromkeys(cells, choices(book, part.Validation))
        if book.NumberFormats.getByKey(part.NumberFormat).Type & NumberFormat.DATETIME:
            dates |= set(cells)
    found = area.queryContentCells(CellFlags.FORMULA).getRangeAddresses()
    formulas = {cell for part in found for cell in names(part)}

    def kind(value: str | float, cell: str) -> str:
        if cell in formulas:
            return "formula"
        if isinstance(value, str):
            return "text" if value else ""
        return "date" if cell in dates else "number"

    def show(value: str | float, column: int, row: int) -> str:
        return value if isinstance(value, str) else area.getCellByPosition(column, row).getString()

    values = list(enumerate(area.getDataArray()))
    return {
        "cells": [[show(v, n, row) for n, v in enumerate(line)] for row, line in values],
        "kinds": [[kind(v, name(n, row)) for n, v in enumerate(line)] for row, line in values],
        "colours": colours,
        "comments": {
            name_of(note.getPosition()): note.getString() for note in every(sheet.getAnnotations())
        },
        "lists": lists,
        "columns": measure(area.Columns),
        "charts": [draw(chart) for chart in every(sheet.getCharts())],
    }


def work(desktop: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Do what is ordered."""
    listener = Listener()
    book = desktop.loadComponentFromURL(
        url(order["path"]),
        "_blank",
        0,
        (option("Hidden", True), option("InteractionHandler", listener)),
    )
    if book is None:
        return {"asked": [*listener.asked, "it was not opened at all"], "sheets": {}}
    sheets = {sheet: look(book, book.Sheets.getByName(sheet)) for sheet in book.Sheets.ElementNames}
    filtered = filters(book)
    for number, sheet in enumerate(book.Sheets.ElementNames):
        sheets[sheet]["filter"] = filtered.get(number)
        sheets[sheet]["frozen"] = frozen(book, sheet)
    first = book.Sheets.getByIndex(0)
    for cell, text in order["fill"].items():
        # As a person types: numbers and dates are recognised, an apostrophe keeps text as it is.
        first.getCellRangeByName(cell).FormulaLocal = text
    typed = look(book, first) if order["fill"] else None
    for path in order["save"]:
        book.storeToURL(url(path), (option("FilterName", FORMATS[Path(path).suffix]),))
    book.close(True)
    return {"asked": listener.asked, "sheets": sheets, "typed": typed}


def filters(book: Any) -> dict[int, str]:
    """Return the filtered range of every sheet that has one, such as `A1:M30`, by its number."""
    ranges = book.getPropertyValue("UnnamedDatabaseRanges")  # no attribute, oddly
    found = [ranges.getByTable(n) for n in range(book.Sheets.Count) if ranges.hasByTable(n)]
    areas = [each.getDataArea() for each in found if each.AutoFilter]
    return {
        area.Sheet: f"{name(area.StartColumn, area.StartRow)}:{name(area.EndColumn, area.EndRow)}"
        for area in areas
    }


def frozen(book: Any, sheet: str) -> str | None:
    """Return the first cell of a sheet that moves when it is scrolled; None where all do."""
    view = book.getCurrentController()
    view.setActiveSheet(book.Sheets.getByName(sheet))
    return name(view.getSplitColumn(), view.getSplitRow()) if view.hasFrozenPanes() else None


def main(soffice: str, profile: str) -> None:
    """Start LibreOffice, do what standard input orders, and tell what came of it."""
    pipe = f"import-invoices-{secrets.token_hex(8)}"
    command = [
        soffice, "--headless", "--norestore", "--nologo", "--nodefault",
        f"-env:UserInstallation={Path(profile).resolve().as_uri()}",
        f"--accept=pipe,name={pipe};urp;",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as office:
        try:
            desktop = connect(office, pipe)
            sys.stdout.write(json.dumps(work(desktop, json.load(sys.stdin))))
            with suppress(DisposedException):  # it may be gone before it can say so
                desktop.terminate()
            office.wait(ENOUGH_S)
        finally:
            with suppress(ProcessLookupError):  # the program is a child of what was started
                os.killpg(office.pid, signal.SIGKILL)


main(*sys.argv[1:])
