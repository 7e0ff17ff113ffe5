"""What somebody may have meant by a word that is unknown: the one place that says what is near.

Near is what `difflib` of the standard library calls so, as click does for options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

NEAR = 0.6
"""How like is near, from 0 to 1: `difflib`'s own default."""


def nearest(
    text: str,
    others: Iterable[str],
    *,
    cutoff: float = NEAR,
    form: Callable[[str], str] = str.casefold,
) -> str | None:
    """Return which of some words is most like a text, the first of equals; None if none is near.

    Args:
        text: What was written.
        others: The words that there are.
        cutoff: How like is near, from 0 to 1.
        form: In which form they are compared; what has none is left out.
    """
    by_form: dict[str, str] = {}
    for other in others:
        by_form.setdefault(form(other), other)
    by_form.pop("", None)
    import difflib  # noqa: PLC0415 only where a word is unknown

    near = difflib.get_close_matches(form(text), by_form, n=1, cutoff=cutoff)
    return by_form[near[0]] if near else None


def did_you_mean(found: str | None) -> str:
    """Return the question, with a space before it, that asks for what was found; else nothing.

    Args:
        found: What may be meant, quoted as it is to be shown; None where nothing is near.
    """
    return f" Did you mean {found}?" if found else ""
