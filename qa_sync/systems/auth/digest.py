"""Name and password, never sent: the answer to a challenge, which is asked for once."""

from __future__ import annotations

import httpx

from qa_sync.systems.auth.identity import Identity


def make(identity: Identity) -> httpx.Auth:
    """Return HTTP Digest."""
    identity.hide.learn(identity.password)
    return httpx.DigestAuth(identity.username, identity.password)
