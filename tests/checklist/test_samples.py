from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.checklist.amounts import amounts
from qa_sync.checklist.samples import BY_CONVERSION, FLAVOURS, VERSIONS, Slot, mark_of, value_for
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Form

OPTIONS: Mapping[str, Mapping[str, object]] = {"choice": {"values": {"a": "one", "b": "two", "c": "three"}}}


def card(convert: str, path: str = "p", **more: object) -> PropertyCard:
    return PropertyCard(path, Form(convert=convert, options=OPTIONS.get(convert, {})), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("convert", BY_CONVERSION)
def test_each_version_has_another_value_than_the_one_before(convert: str) -> None:
    values = [str(value_for(Slot(card(convert), None, "q1", version))) for version in range(VERSIONS)]
    assert all(one != other for one, other in pairwise(values))


@given(limit=st.integers(20, 80), version=st.integers(0, VERSIONS - 1), avoid=st.sampled_from(["", "&", "'\"&"]))
def test_texts_keep_both_sides_limits_and_begin_with_the_mark(limit: int, version: int, avoid: str) -> None:
    here, there = card("text", avoid=avoid), card("text", max_length=limit)
    text = value_for(Slot(here, there, mark_of("s", "a"), version))
    assert isinstance(text, str)
    assert text.startswith(mark_of("s", "a"))
    assert len(text) <= limit
    assert not set(text) & set(avoid)
    assert text == text.strip()


def test_texts_hold_what_breaks_careless_syncs() -> None:
    everything = "".join(FLAVOURS)
    assert any(ord(c) > 0xFFFF for c in everything)
    assert re.search(r"[^\x00-\x7f]", everything)
    assert {"&", "'", '"'} <= set(everything)


def test_mail_and_phones_reach_nobody() -> None:
    assert str(value_for(Slot(card("email"), None, "q1", 0))).endswith("@example.test")
    assert re.fullmatch(r"\+447700900\d{3}", str(value_for(Slot(card("phone"), None, "q1", 0))))


@given(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5))
def test_marks_are_as_different_as_their_names(one: str, other: str) -> None:
    assert (mark_of("s", one) == mark_of("s", other)) == (one == other)
    assert re.fullmatch("q[0-9a-f]{8}", mark_of("s", one))


@pytest.mark.parametrize("version", range(VERSIONS))
def test_an_orders_amounts_agree(version: int) -> None:
    found = amounts(version)
    quantities, prices = found["lines.quantity"], found["lines.unit_price"]
    assert isinstance(quantities, tuple)
    assert isinstance(prices, tuple)
    lines = sum(Decimal(str(q)) * Decimal(str(p)) for q, p in zip(quantities, prices, strict=True))
    assert found["subtotal"] == lines
    given_total = lines + Decimal(str(found["shipping_total"])) - Decimal(str(found["discount_total"]))
    assert found["total"] == given_total
