"""`import-invoices sandbox`: the command lives with the sandbox, which starts itself with it."""

from __future__ import annotations

from importer.sandbox.command import command

__all__ = ["command"]
