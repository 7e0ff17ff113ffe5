"""What the facts about the API mean for an import. Pure."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from urllib.parse import urlsplit

from importer.doctor.facts import Facts, Listed, NotListed
from importer.doctor.finding import Finding, State, split, wrong
from importer.settings import LOOPBACK
from importer.submit.probe import Reached, Unreached

SOON = dt.timedelta(days=14)
"""A certificate that ends so soon is worth a word: most are renewed a month before."""

MOST_SKEW_S = 60.0
"""How far two clocks may be apart, in seconds."""


def look_at_api(facts: Facts) -> Finding:
    """Tell whether the API is there."""
    name, target = "API", facts.target
    if target.url is None:
        return wrong(name, target.problem)
    match facts.reach:
        case None:
            return Finding(name, State.UNCHECKED, "not asked")
        case Unreached(distrusted=True):
            return Finding(name, State.OK, f"{target.url} can be reached")
        case Unreached(reason=reason):
            found, remedy = split(reason)
            return Finding(
                name,
                State.WRONG,
                f"{target.url}: {found}",
                remedy or "Try again later; if it stays so, ask the API's provider.",
            )
        case Reached() as reach:
            return _met(name, target.url, facts.listing) or _answered(name, target.url, reach)


def _met(name: str, url: str, listing: Listed | NotListed | None) -> Finding | None:
    """Tell whether what answers may be another than the API; None where nothing says so."""
    match listing:
        case NotListed(astray=True, reason=reason):
            return Finding(
                name,
                State.WRONG,
                f"{url} answers, but {split(reason)[0]}",
                "Check --api-url: an import would stop.",
            )
        case NotListed(offered=False, refused=False, accepted=None):
            return Finding(
                name,
                State.WARNING,
                f"{url} answers, but nothing that shows it is the API",
                "Check --api-url: any web server may answer so.",
            )
        case _:
            return None


def _answered(name: str, url: str, reach: Reached) -> Finding:
    if reach.redirects:
        return Finding(
            name,
            State.WRONG,
            f"{url} answers with a redirect to another address ({reach.status})",
            "Name the address that it leads to with --api-url: redirects are not followed.",
        )
    if reach.is_broken:
        return Finding(
            name,
            State.WRONG,
            f"{url} answers that it is out of order ({reach.status})",
            "Try again later; if it stays so, ask the API's provider.",
        )
    return Finding(name, State.OK, f"{url} answers, in {reach.took_s:.1f} s")


def look_at_tls(facts: Facts) -> Finding:
    """Tell whether what is sent is encrypted, and for how long."""
    name, target, reach = "TLS", facts.target, facts.reach
    if target.sandbox:
        return Finding(name, State.OK, "not needed: the sandbox is on this computer")
    if isinstance(reach, Unreached) and reach.distrusted:
        return Finding(
            name,
            State.WRONG,
            split(reach.reason)[0],
            "Check --api-url and this computer's clock. Where your company signs certificates "
            "itself, name the file of its authority in the variable SSL_CERT_FILE.",
        )
    if target.url is not None and target.url.startswith("http:"):
        return _unencrypted(name, target.url)
    if not isinstance(reach, Reached):
        return Finding(name, State.UNCHECKED, "not checked: the API was not reached")
    return _certificate(name, reach)


def _unencrypted(name: str, url: str) -> Finding:
    if urlsplit(url).hostname in LOOPBACK:
        return Finding(name, State.OK, "not encrypted, nor need it be: it is on this computer")
    return Finding(
        name,
        State.WARNING,
        "not encrypted: whoever is on that network can read the token",
        "Write https:// in --api-url, if the API offers it.",
    )


def _certificate(name: str, reach: Reached) -> Finding:
    if reach.expires is None:
        return Finding(name, State.OK, "encrypted, and the certificate is trusted")
    left = reach.expires - reach.at
    days = "1 day" if left.days == 1 else f"{left.days:,} days"
    found = f"the certificate is valid for {days} more, until {reach.expires:%Y-%m-%d}"
    if left > SOON:
        return Finding(name, State.OK, found)
    return Finding(
        name,
        State.WARNING,
        found,
        "If it isn't renewed by then, no import works: ask the API's provider.",
    )


def look_at_clock(facts: Facts) -> Finding:
    """Tell how far this computer's clock is from the API's."""
    name, reach = "clock", facts.reach
    if not isinstance(reach, Reached):
        return Finding(name, State.UNCHECKED, "not compared: the API was not reached")
    if reach.said is None:
        return Finding(name, State.UNCHECKED, "not compared: the API doesn't tell its time")
    ahead_s = (reach.at - reach.said).total_seconds()
    if abs(ahead_s) <= MOST_SKEW_S:
        return Finding(name, State.OK, "agrees with the API's")
    far = dt.timedelta(seconds=round(abs(ahead_s)))
    return Finding(
        name,
        State.WARNING,
        f"this computer's is {far} {'ahead of' if ahead_s > 0 else 'behind'} the API's",
        "Have it set by the network: on Linux, timedatectl set-ntp true. A wrong clock shifts "
        "what is past, and how long a lost answer is waited for.",
    )


def look_at_token(facts: Facts) -> Finding:
    """Tell whether the token is accepted."""
    name = "token"
    if facts.target.token_problem:
        return wrong(name, facts.target.token_problem)
    match facts.listing:
        case None:
            return Finding(name, State.UNCHECKED, f"not checked: {_unasked(facts)}")
        case Listed() | NotListed(accepted=True):
            return Finding(name, State.OK, f"accepted, for the account {facts.target.account}")
        case NotListed(refused=True, reason=reason):
            return wrong(name, reason)
        case NotListed():
            said = "not checked: the API answered nothing that shows it"
            return Finding(name, State.UNCHECKED, said)


def look_at_token_file(facts: Facts) -> Iterator[Finding]:
    """Tell whether the token's file, where there is one, is its reader's alone."""
    name, path = "token's file", facts.target.token_file
    if path is None:
        return
    if facts.target.exposed:
        yield Finding(
            name,
            State.WARNING,
            f"{path} can be read by others than its owner",
            f"Take that from them: chmod 600 {shlex.quote(str(path))}",
        )
    else:
        yield Finding(name, State.OK, f"{path} can be read by its owner alone")


def _unasked(facts: Facts) -> str:
    """Say why the API was not asked with a token."""
    if facts.target.url is None:
        return "no API is named"
    if facts.target.token_problem:
        return "there is no token"
    return "the API was not reached, or is out of order"


def look_at_owner(facts: Facts) -> Finding:
    """Tell whose invoices the token leads to."""
    name, pinned, listing = "owner", facts.ledger.owner, facts.listing
    if not isinstance(listing, Listed):
        return Finding(name, State.UNCHECKED, "not checked: no listing was read")
    theirs = ", ".join(map(str, sorted(listing.owners)))
    if len(listing.owners) > 1:
        return Finding(
            name,
            State.WRONG,
            f"the API lists invoices of several owners: {theirs}",
            "An account's belong to one: check the token, and ask the API's provider.",
        )
    if not listing.owners:
        return Finding(name, State.OK, "not known yet: the API lists no invoice that names one")
    if pinned is not None and listing.owners != {pinned}:
        return Finding(
            name,
            State.WRONG,
            f"the token is owner {theirs}'s, but this account's invoices are owner {pinned}'s",
            "Check the token, or name another --account.",
        )
    known = "as in the ledger" if pinned is not None else "nothing was imported for them yet"
    return Finding(name, State.OK, f"the invoices are owner {theirs}'s, {known}")


def look_at_listing(facts: Facts) -> Finding:
    """Tell whether the listing is offered, and fit to prove that an invoice is absent."""
    name = "listing"
    match facts.listing:
        case None:
            return Finding(name, State.UNCHECKED, f"not read: {_unasked(facts)}")
        case NotListed(refused=True):
            return Finding(name, State.UNCHECKED, "not read: the token is not accepted")
        case NotListed(astray=True):
            return Finding(name, State.UNCHECKED, "not read: what answers is not the API")
        case NotListed(offered=False, reason=reason):
            return Finding(
                name,
                State.WARNING,
                reason,
                "Check --api-url. If it is right: what was created elsewhere can't be seen, and "
                "rows in doubt are settled by hand, with import-invoices resolve.",
            )
        case NotListed(reason=reason):
            found, remedy = split(reason)
            return Finding(
                name,
                State.WRONG,
                found,
                remedy or "Try again later. --no-check-server imports without it.",
            )
        case Listed() as listed:
            return _judge_listing(name, listed, trusted=facts.ledger.trusted)


def _judge_listing(name: str, listed: Listed, *, trusted: bool) -> Finding:
    """Tell whether a listing that lacks a reference proves that there is no invoice for it."""
    count = "1 invoice" if listed.invoices == 1 else f"{listed.invoices:,} invoices"
    if listed.missing:
        return Finding(
            name,
            State.WRONG,
            f"{count}, but {listed.missing:,} of the {listed.witnesses:,} that this ledger knows "
            "are missing",
            "An import would stop. Try again in some minutes: it may be late. If it stays so, "
            "check --account; --no-check-server imports without it.",
        )
    if listed.blind or not trusted:
        return Finding(
            name,
            State.WARNING,
            f"{count}, but not all name their reference: it can't prove that one is absent",
            "Rows in doubt may have to be settled by hand, with import-invoices resolve.",
        )
    if not listed.witnesses:
        return Finding(name, State.OK, f"{count}; this ledger knows none yet to compare with")
    return Finding(
        name,
        State.OK,
        f"{count}, all {listed.witnesses:,} that this ledger knows among them, references named",
    )
