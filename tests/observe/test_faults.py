"""Which faults of a sync real traffic shows, by which check, and which it cannot show here, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from traffic import Traffic, failed, observe, options

from qa_sync.observe.storage.state import ObserveState
from qa_sync.sync.faults.table import FAULTS

SHOWN: Mapping[str, str] = {
    "drop-create": "arrives/forward",
    "drop-update": "arrives/backward",
    "drop-update-forward": "arrives/forward",
    "drop-update-backward": "arrives/backward",
    "one-way": "arrives/backward",
    "first-update-only": "arrives/forward",
    "late": "arrives/forward",
    "duplicate": "unique",
    "duplicate-on-update": "unique",
    "swap-properties": "carries",
    "wrong-property": "carries",
    "truncate": "carries",
    "case-fold": "carries",
    "trim": "carries",
    "strip-accents": "carries",
    "drop-astral": "carries",
    "html-escape-twice": "carries",
    "lose-leading-zero": "carries",
    "round-decimals": "carries",
    "type-change": "carries",
    "false-as-missing": "carries",
    "zero-as-missing": "lag/forward",
    "day-shift": "carries",
    "reset-others": "carries",
    "stale-overwrite": "no-echo",
    "ping-pong": "no-echo",
    "wrong-record": "carries",
    "last-page-lost": "arrives/forward",
    "one-at-a-time": "arrives/forward",
    "delete-on-update": "arrives/forward",
    "true-at-first": "carries",
    "lose-inner-zero": "carries",
    "url-decode": "carries",
    "lose-backslash": "carries",
    "stale-source": "no-echo",
    "truncate-at-first": "carries",
    "lose-country-prefix": "carries",
    "mail-domain": "arrives/forward",
    "single-precision": "carries",
    "one-currency": "carries",
    "country-code": "carries",
    "source-wins": "newest-wins",
    "lose-double-edit": "arrives/forward",
}
"""The check that must fail, by fault; records with another e-mail address do not match, so they seem to be lost."""

NOT_SHOWN: Mapping[str, str] = {
    **dict.fromkeys(("sign-lost",), "no property of the traffic takes negative numbers"),
    **dict.fromkeys(("timezone-shift",), "no time is edited"),
    **dict.fromkeys(
        ("country-name", "wrong-region", "wrong-region-country", "wrong-choice"), "no region or choice is edited"
    ),
    **dict.fromkeys(("empty-erases",), "nobody clears a value"),
    **dict.fromkeys(
        (
            *("merge-by-name", "no-merge", "merge-empty", "matched-once", "erase-on-merge", "merge-by-mailbox"),
            *("merge-by-domain", "merge-by-national-number", "merge-by-beginning", "merge-by-end", "merge-half-empty"),
        ),
        "the spec has no merge table",
    ),
    **dict.fromkeys(
        ("create-unlinked", "ignore-condition", "first-sight"), "the spec has neither a link nor a condition"
    ),
    **dict.fromkeys(
        (
            *("lose-list-item", "reorder-list", "lose-added-item", "keep-removed-item", "order-blind", "join-lines"),
            *("first-reference", "two-decimals"),
        ),
        "contacts and products have no lines, references or second currency",
    ),
    **dict.fromkeys(("lose-mail-tag",), "no mailbox has a +"),
    **dict.fromkeys(("known-values",), "nobody sets a value back"),
    **dict.fromkeys(("first-page-only",), "the traffic has fewer records than a page holds"),
    **dict.fromkeys(
        ("reset-unmapped", "reset-flags", "clear-unmapped", "drop-elements", "reset-lines", "cross-section"),
        "what no row is about is not observed, since people edit it as well",
    ),
    **dict.fromkeys(("case-blind", "accent-blind", "blank-blind"), "nobody edits only case, accents or blanks"),
    **dict.fromkeys(("truncate-to-column", "truncate-to-500", "double-precision"), "no value is that long"),
    **dict.fromkeys(("lose-tags", "other-tags"), "nobody writes HTML"),
    **dict.fromkeys(
        ("none-as-text", "none-as-zero", "fill-from-alike"),
        "a value at the target without one at the source is allowed",
    ),
    **dict.fromkeys(
        ("same-second-as-create", "same-second-as-write", "cursor-in-seconds", "cursor-at-end", "lose-during-cycle"),
        "the traffic rarely edits in the very second or cycle that these faults need",
    ),
}

QUICK = ("drop-create", "one-way", "duplicate", "stale-overwrite", "case-fold", "delete-on-update")


def test_every_fault_has_its_place() -> None:
    assert set(SHOWN) | set(NOT_SHOWN) == set(FAULTS)
    assert not set(SHOWN) & set(NOT_SHOWN)


@pytest.mark.parametrize("fault", QUICK)
def test_traffic_shows_the_fault(fault: str) -> None:
    assert SHOWN[fault] in _failed(fault, 60)


@pytest.mark.slow
@pytest.mark.parametrize("fault", SHOWN)
def test_a_hundred_changes_show_the_fault(fault: str) -> None:
    assert SHOWN[fault] in _failed(fault, 100)


def _failed(fault: str, changes: int) -> set[str]:
    traffic = Traffic(seed="faults", faults=(fault,), cycle_s=20)
    traffic.begin_sync()
    traffic.people(changes, 15 * changes)
    return failed(observe(traffic, options(5, for_s=15 * changes + 300), ObserveState(":memory:")))
