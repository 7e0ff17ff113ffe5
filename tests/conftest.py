"""What all tiers share."""

from __future__ import annotations

from hypothesis import settings

# A loaded machine is no defect: nothing here asserts how long an example takes.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
