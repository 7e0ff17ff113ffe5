"""Each rule that the certainty rests on, broken once: the simulation notices."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from unittest import mock

from importer.submit import inquiry
from importer.submit.inquiry import Inquiry
from importer.submit.lookup import Listing
from simulation.faults import (
    ClaimsAfterSending,
    LetsRefusalsClearDoubts,
    SettlesBeforeTheAnswer,
    TakesTimeoutsForUnsent,
    believe_absent,
    never_look,
)
from simulation.seeds import play
from simulation.setting import Tool

SEEDS = 300
NOTHING = nullcontext()


def catch(
    invariant: str, tool: Tool | None = None, planted: AbstractContextManager[object] = NOTHING
) -> None:
    """Find a story in which an invariant holds without the fault, but not with it."""
    for seed in range(SEEDS):
        with planted:
            report = play(seed, tool)
        if report.invariant == invariant and not play(seed).failure:
            return
    raise AssertionError(f"nothing noticed in {SEEDS} seeds")


def test_a_claim_after_the_send_is_caught() -> None:
    """What a dying process sent without a claim is sent again by the next run."""
    catch("one invoice", Tool(ledger=ClaimsAfterSending))


def test_a_read_timeout_taken_as_not_sent_is_caught() -> None:
    """An invoice whose answer came too late is created again."""
    catch("one invoice", Tool(api=TakesTimeoutsForUnsent))


def test_a_doubt_that_is_sent_again_without_a_look_up_is_caught() -> None:
    """An invoice whose answer was lost is created again by the next run."""
    catch("one invoice", planted=mock.patch.object(Inquiry, "settle", believe_absent))


def test_absence_believed_without_a_witness_is_caught() -> None:
    """A listing that is stale or cut short passes for a proof."""
    planted = mock.patch.object(Listing, "reason_against_absence", return_value=None)
    catch("one invoice", planted=planted)


def test_a_later_refusal_that_clears_an_earlier_doubt_is_caught() -> None:
    """A row is called rejected although its first attempt created an invoice."""
    catch("nothing there", Tool(api=LetsRefusalsClearDoubts))


def test_a_settlement_before_the_answer_is_caught() -> None:
    """What a dying process had settled as unsent is sent again by the next run."""
    catch("one invoice", Tool(ledger=SettlesBeforeTheAnswer))


def test_absence_believed_of_a_single_listing_is_caught() -> None:
    """One listing that lies is enough for a second invoice."""
    catch("one invoice", planted=mock.patch.object(inquiry, "PROOF", 1))


def test_sending_without_listing_the_server_first_is_caught() -> None:
    """What a lost ledger knew is created again."""
    catch("one invoice", Tool(check_server=False))


def test_a_doubt_that_is_never_looked_up_is_caught() -> None:
    """A row stays in doubt although the listings would settle it."""
    catch("recovery", planted=mock.patch.object(Inquiry, "settle", never_look))
