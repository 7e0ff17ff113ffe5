"""What may be meant by a word that is unknown: near is told, far is not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.clean import Reading
from importer.clean.patterns import is_date_format, spell_format
from importer.errors import UsageError
from importer.nearest import did_you_mean, nearest

WORDS = ["April", "May", "June"]


@given(st.sampled_from(WORDS), st.sampled_from([str.lower, str.upper, str.swapcase]))
def test_a_words_case_is_no_matter(word: str, spell: object) -> None:
    """A word in other letters, small or capital, is the word itself."""
    assert callable(spell)
    assert nearest(spell(word), WORDS) == word


def test_what_is_far_is_not_meant() -> None:
    """Nothing is better than anything."""
    assert nearest("Arpil", WORDS) == "April"
    assert nearest("Christmas", WORDS) is None
    assert nearest("", WORDS) is None
    assert nearest("April", []) is None


def test_the_first_of_words_of_one_form_is_told() -> None:
    """Words that compare alike are one; what has no form is left out."""
    assert nearest("mai", ["May", "MAY"], cutoff=0.5) == "May"
    assert nearest("x", [""], cutoff=0.0, form=str.strip) is None


def test_the_question_is_empty_where_nothing_is_found() -> None:
    """So that it can stand behind any sentence."""
    assert did_you_mean(None) == ""
    assert did_you_mean("May") == " Did you mean May?"


@given(
    st.permutations(["dd", "mm", "yyyy"]),
    st.sampled_from("/-. "),
    st.sampled_from("lut"),
    st.data(),
)
def test_a_spreadsheets_pattern_is_spelt_as_ours(
    parts: list[str], sign: str, case: str, data: st.DataObject
) -> None:
    """DD/MM/YYYY in any order, case and with any sign is understood, and is a pattern then."""
    short = {"dd": "d", "mm": "m", "yyyy": "yyyy"}
    parts = [data.draw(st.sampled_from([part, short[part]])) for part in parts]
    written = sign.join(parts)
    written = {"l": written.lower(), "u": written.upper(), "t": written.title()}[case]
    spelt = spell_format(written)
    assert spelt is not None
    assert is_date_format(spelt)
    named = {"d": "%d", "m": "%m", "y": "%Y"}
    assert spelt == sign.join(named[part[0].lower()] for part in parts)


@pytest.mark.parametrize("text", ["", "day", "%m/%Y", "dd/mm", "%H:%M", "31/01/2027"])
def test_what_names_no_day_is_no_pattern(text: str) -> None:
    """Nothing is suggested for it."""
    assert spell_format(text) is None


@pytest.mark.parametrize("pattern", ["%D/%M/%Y", "%I", "%H", "%p %d/%m/%Y", "%"])
def test_a_pattern_with_a_time_is_refused(pattern: str) -> None:
    """Also one of parts that polars refuses by an error of its own."""
    with pytest.raises(UsageError, match="is no date pattern"):
        Reading(date_format=pattern)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Afrika/Monrovia", "Africa/Monrovia"),
        ("monrovia", "Africa/Monrovia"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
        ("Europ/London", "Europe/London"),
    ],
)
def test_the_nearest_zone_is_suggested(text: str, zone: str) -> None:
    """By its name or by its city's."""
    with pytest.raises(UsageError, match=rf"Did you mean {zone}\?"):
        Reading(timezone=text)


@pytest.mark.parametrize("text", ["GMT+1", "UTC-5", "Liberia", ""])
def test_no_zone_is_suggested_that_may_be_wrong(text: str) -> None:
    """Etc/GMT+1 is an hour behind UTC, and Libya is another country."""
    with pytest.raises(UsageError) as caught:
        Reading(timezone=text)
    assert "Did you mean" not in str(caught.value)


def test_every_order_of_a_pattern_is_told_apart() -> None:
    """Day and month are never swapped by a suggestion."""
    for first, second in itertools.permutations(["dd", "mm"]):
        spelt = spell_format(f"{first}/{second}/yyyy")
        assert spelt == f"%{first[0]}/%{second[0]}/%Y"
