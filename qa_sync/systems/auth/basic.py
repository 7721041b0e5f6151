"""Name and password with every request."""

from __future__ import annotations

import httpx

from qa_sync.systems.auth.credentials import Identity


def make(identity: Identity) -> httpx.Auth:
    """Return HTTP Basic."""
    identity.hide.learn(identity.password, f"{identity.username}:{identity.password}")
    return httpx.BasicAuth(identity.username, identity.password)
