"""Extension keys of a request, and the response header that counts attempts."""

from __future__ import annotations

from typing import Final

TOKEN_REQUEST: Final = "qa_sync.errand"  # noqa: S105 - the name of an extension
"""The extension of a request that fetches a token for another; its response is never shown."""

OTHER_HOST: Final = "qa_sync.other_host"
"""The extension of a request to a host other than the system, which is sent without credentials."""

IDEMPOTENT: Final = "qa_sync.repeatable"
"""The extension that says (True, False) whether a request may be retried if its outcome is unknown."""

RATE_LIMITING: Final = "qa_sync.rate_limiting"
"""The extension with an operation's settings for 429: the number of retries and their delay in seconds."""

CONNECT_ATTEMPTS: Final = "qa_sync.connect_attempts"
"""The extension that limits the attempts to connect, for a request whose sender does not wait for a system."""

MAX_SECONDS: Final = "qa_sync.max_seconds"
"""The extension with the longest time in seconds of this response, if it is shorter than usual."""

ATTEMPTS_HEADER: Final = "x-qa-sync-attempts"
"""The number of attempts until this response; absent for 1. A header, so that recordings keep it."""

REDIRECTED: Final = "qa_sync.redirected"
"""The extension with the URL, without its query, to which a request was redirected; absent without a redirect."""

REDIRECTED_HEADER: Final = "x-qa-sync-redirected"
"""The same for its response. A header, so that recordings keep it."""

RERENDER: Final = "qa_sync.again"
"""The extension of a request with placeholders: the function that renders it with a token, and its URL."""
