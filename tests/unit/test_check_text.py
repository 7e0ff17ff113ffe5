"""The words of a check that depend on how many there are of something."""

from __future__ import annotations

import pytest

from importer.check import Checked
from importer.cli.preview import check_text
from importer.columns import ColumnMap
from reports import make_report


@pytest.mark.parametrize(
    ("examples", "told"),
    [
        (1, "1 row is an example of the template, which is never sent to a real API: delete it."),
        (
            3,
            "3 rows are examples of the template, which are never sent to a real API: delete them.",
        ),
    ],
)
def test_examples_left_in_the_file_are_counted(examples: int, told: str) -> None:
    """One is told as one, several as several."""
    checked = Checked(make_report(["A"], [["x"]] * examples), ColumnMap({}), examples)
    assert told in check_text(checked, note="")
