"""Extension keys of a request, and the header that counts attempts."""

from __future__ import annotations

from typing import Final

TOKEN_REQUEST: Final = "qa_sync.errand"  # noqa: S105 - the name of an extension
"""The extension of a request that fetches a token for another; what it is answered is not shown."""

OTHER_HOST: Final = "qa_sync.stranger"
"""The extension of a request to somebody else than the system: it goes out without credentials."""

IDEMPOTENT: Final = "qa_sync.repeatable"
"""The extension that tells (True, False) whether a request may be sent again when nobody knows what became of it."""

RATE_LIMITING: Final = "qa_sync.rate_limiting"
"""The extension that has what an operation says of 429: how often it is asked again, after how many seconds."""

ATTEMPTS_HEADER: Final = "x-qa-sync-attempts"
"""How often a request was sent until it was answered so; absent for once. A header, so that a recording keeps it."""

RERENDER: Final = "qa_sync.again"
"""The extension of a request with stand-ins: what makes its call of a token, and the url that it was made with."""
