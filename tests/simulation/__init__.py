"""The importer in virtual time, against an API, a network and a machine that fail by seed.

The campaign with its plan, engine, inquiry, policy, wire and SQLite ledger are the real ones. Made
up are the clock, the server behind the HTTP transport, and the moments at which the process dies.
A seed gives one story: a file, some runs of it among faults, then calm runs; after every run and
at the end, `invariants` says what has to hold. A seed replays exactly.

    cd tests
    python -m simulation --seeds 100000     # all seeds from 0 on, over two processes
    python -m simulation --seed 4711 -v     # one of them, and what happened in it

"One invoice" is one of each owner: what a wrong token created for somebody else is theirs.

What no importer can rule out, the model doesn't do; `fates`, `limits` and `story` hold it to that:

- A create is carried out, if at all, within the look-up delay after it was claimed; the way there,
  the token's included, is part of that.
- Per run, one listing at most leaves out an invoice without leaving out one of the same currency
  that the ledger knows, too: absence takes two listings. None does after the clock jumped ahead.
- An invoice that the ledger can't know of (it was lost, or another ledger's run or a person made
  it) is in every listing, under its reference, unless the server itself allows a reference only
  once. Where the server has no listing, or changes references, there are no such invoices.
- Another ledger's run, and one after a loss, begin when what was sent has been carried out.
- A server that cuts references says so in its answers: those aren't lost, and no process dies.
"""
