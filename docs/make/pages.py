"""The pages that are made from the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from configuration_page import configuration_page
from messages_page import messages_page
from reference_page import reference_page

PAGES: Mapping[str, Callable[[], str]] = {
    "configuration.md": configuration_page,
    "messages.md": messages_page,
    "reference.md": reference_page,
}
"""The pages, by name, and what makes each."""
