"""The chart of the outcomes, native: it can be copied into a presentation and changed there."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.worksheet.worksheet import Worksheet

from importer.model import Status
from importer.workbook.style import COLOURS

TITLE, TITLE_SIZE = "Rows by outcome", 1200
"""The size is in hundredths of a point."""

WIDTH_CM, BAR_CM, FRAME_CM = 24, 0.9, 2.0
OUTLINE = "7F7F7F"


def make_chart(sheet: Worksheet, statuses: Sequence[Status], *, first_row: int) -> BarChart:
    """Return a chart with a bar for each status, in its colour, with its count.

    Args:
        sheet: The sheet that has the statuses in its first column and their counts in its second.
        statuses: The statuses, from the first row on.
        first_row: The row of the first.
    """
    last = first_row + len(statuses) - 1
    chart = BarChart()
    chart.type, chart.gapWidth, chart.legend = "bar", 40, None
    chart.width, chart.height = WIDTH_CM, BAR_CM * len(statuses) + FRAME_CM
    chart.title = _make_title(TITLE)
    chart.add_data(Reference(sheet, min_col=2, min_row=first_row, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=first_row, max_row=last))
    (series,) = chart.series
    # What isn't denied is shown by some programs: a label is the number alone.
    series.dLbls = DataLabelList(
        showVal=True,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        showLeaderLines=False,
    )
    for index, status in enumerate(statuses):
        point = DataPoint(idx=index)
        point.graphicalProperties.solidFill = COLOURS[status]
        point.graphicalProperties.line.solidFill = OUTLINE
        series.dPt.append(point)
    # From the top down, as in the table; the labels tell the numbers.
    chart.x_axis.scaling.orientation, chart.x_axis.delete = "maxMin", False
    chart.y_axis.scaling.min, chart.y_axis.delete, chart.y_axis.majorGridlines = 0, True, None
    return chart


def _make_title(text: str) -> Title:
    look = ParagraphProperties(defRPr=CharacterProperties(sz=TITLE_SIZE, b=True))
    paragraph = Paragraph(pPr=look, r=[RegularTextRun(t=text)])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)
