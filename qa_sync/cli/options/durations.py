"""Ages on the command line, such as `--max-age 30d`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from qa_sync.errors import UsageError

UNITS: Final[Mapping[str, timedelta]] = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def age_of(text: str, option: str = "--max-age") -> timedelta:
    """Return the age for a text such as `30d`; raises UsageError for an invalid text."""
    match = re.fullmatch(f"([0-9]{{1,6}})({'|'.join(UNITS)})", text)
    if not match:
        raise UsageError(f"{option} {text}: expected an integer with min, h, d or w, such as 30d")
    return int(match[1]) * UNITS[match[2]]
