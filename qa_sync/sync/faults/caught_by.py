"""Which kinds of check catch each fault, for the reference; a test holds it against the rules of the fault matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_VALUES: Final = ("property", "update-forward", "update-backward")

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
    "swap-properties": _VALUES,
    "wrong-property": _VALUES,
    "truncate": _VALUES,
    "case-fold": _VALUES,
    "trim": _VALUES,
    "strip-accents": _VALUES,
    "drop-astral": _VALUES,
    "html-escape-twice": _VALUES,
    "lose-leading-zero": _VALUES,
    "round-decimals": _VALUES,
    "type-change": _VALUES,
    "sign-lost": _VALUES,
    "false-as-missing": _VALUES,
    "zero-as-missing": _VALUES,
    "timezone-shift": ("property",),
    "day-shift": _VALUES,
    "country-name": _VALUES,
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
    "lose-list-item": _VALUES,
    "reorder-list": _VALUES,
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
    "first-reference": _VALUES,
    "true-at-first": ("property",),
    "lose-inner-zero": _VALUES,
    "url-decode": _VALUES,
    "lose-backslash": _VALUES,
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
    "lose-country-prefix": _VALUES,
    "mail-domain": _VALUES,
    "wrong-region": _VALUES,
    "wrong-choice": _VALUES,
    "merge-by-mailbox": ("merge-not",),
    "merge-by-domain": ("merge-not",),
    "merge-by-national-number": ("merge-not",),
    "merge-by-beginning": ("merge-not",),
    "reset-flags": ("isolated",),
    "clear-unmapped": ("isolated",),
    "drop-elements": ("isolated",),
    "merge-half-empty": ("merge-not",),
    "source-wins": ("newest-wins",),
    "same-second-as-create": ("any-time",),
    "same-second-as-write": ("any-time",),
    "cursor-in-seconds": ("any-time",),
    "cursor-at-end": ("any-time",),
    "lose-during-cycle": ("any-time",),
    "lose-double-edit": ("any-time",),
}
"""The kinds of check by the name of the fault."""
