"""Which kinds of check catch each fault, for the reference; a test holds it against the rules of the fault matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUGHT_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "drop-create": ("create",),
    "drop-update": (
        "update-forward",
        "update-backward",
    ),
    "drop-update-forward": ("update-forward",),
    "drop-update-backward": ("update-backward",),
    "one-way": ("update-backward",),
    "first-update-only": (
        "update-forward",
        "update-backward",
        "newest-wins",
    ),
    "late": ("create",),
    "duplicate": (
        "create",
        "unique",
    ),
    "duplicate-on-update": ("stable",),
    "swap-properties": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "wrong-property": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "truncate": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "case-fold": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "trim": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "strip-accents": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "drop-astral": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "html-escape-twice": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "lose-leading-zero": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "round-decimals": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "type-change": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "sign-lost": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "false-as-missing": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "zero-as-missing": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "timezone-shift": ("property",),
    "day-shift": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "country-name": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "reset-others": (
        "independent",
        "update-forward",
        "update-backward",
    ),
    "empty-erases": ("empty",),
    "stale-overwrite": (
        "stable",
        "update-forward",
        "update-backward",
    ),
    "ping-pong": (
        "stable",
        "update-forward",
        "update-backward",
    ),
    "wrong-record": (
        "update-forward",
        "update-backward",
        "isolated",
    ),
    "merge-by-name": (
        "isolated",
        "merge-not",
    ),
    "no-merge": ("merge",),
    "merge-empty": ("merge-not",),
    "create-unlinked": (
        "not-without-link",
        "connected",
    ),
    "ignore-condition": ("condition",),
    "lose-list-item": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "reorder-list": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "last-page-lost": (
        "create",
        "stable",
    ),
    "cross-section": ("isolated",),
    "one-at-a-time": (
        "create",
        "update-forward",
        "update-backward",
    ),
    "matched-once": ("merge",),
    "erase-on-merge": ("merge",),
    "reset-unmapped": ("isolated",),
    "case-blind": (
        "update-forward",
        "update-backward",
    ),
    "delete-on-update": (
        "update-forward",
        "update-backward",
    ),
    "first-reference": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "true-at-first": ("property",),
    "lose-inner-zero": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "url-decode": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "lose-backslash": (
        "property",
        "update-forward",
        "update-backward",
    ),
    "lose-added-item": (
        "update-forward",
        "update-backward",
    ),
    "keep-removed-item": (
        "update-forward",
        "update-backward",
    ),
    "stale-source": (
        "stable",
        "update-forward",
        "update-backward",
    ),
    "truncate-at-first": ("property",),
}
"""The kinds of check by the name of the fault."""
