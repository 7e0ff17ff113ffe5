"""What an import needs, looked at before one has to go well: facts in, findings out."""

from __future__ import annotations

from importer.doctor.facts import Facts
from importer.doctor.finding import Finding, State
from importer.doctor.findings import examine
from importer.doctor.gather import Setup, gather

__all__ = ["Facts", "Finding", "Setup", "State", "examine", "gather"]
