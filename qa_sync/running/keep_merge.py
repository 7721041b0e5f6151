"""Whether what a scenario has made is removed when it is over."""

from __future__ import annotations

from enum import StrEnum


class Keep(StrEnum):
    """When the records of a scenario are kept, for a person to look at."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ALWAYS = "always"

    def why(self, *, unwell: bool) -> str | None:
        """Return why the records of a scenario are kept, None when they are not.

        `unwell` says that one of its checks failed or could not be found out.
        """
        if self is Keep.ALWAYS or (self is Keep.ON_FAILURE and unwell):
            return f"{KEPT} (--keep {self}); qa-sync cleanup removes it"
        return None


KEPT = "kept"
