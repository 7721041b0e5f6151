"""How many examples Hypothesis tries: a quick share by default, `QA_SYNC_EXAMPLES` times as many where that is set."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("QA_SYNC_EXAMPLES", "1"))
BY_DEFAULT = 25 * TIMES
"""The number of examples of a test that names none."""


def many(quick: int) -> int:
    """Return the number of examples for a test with that quick share."""
    return quick * TIMES
