"""HTTP Basic authentication."""

from __future__ import annotations

import httpx

from qa_sync.systems.auth.credentials import AuthContext


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return HTTP Basic authentication."""
    auth_context.redact.add_secrets(auth_context.password, f"{auth_context.username}:{auth_context.password}")
    return httpx.BasicAuth(auth_context.username, auth_context.password)
