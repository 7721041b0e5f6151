from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.checklist.samples.constraints import VERSIONS, SampleConstraints
from qa_sync.checklist.samples.order_amounts import LINES, LINES_WITH_ADDED, amounts
from qa_sync.checklist.samples.values import BY_CONVERSION, LONG, PHONES, TRICKY_TEXTS, mark_of, sample_value
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Form

OPTIONS: Mapping[str, Mapping[str, object]] = {"choice": {"values": {"a": "one", "b": "two", "c": "three"}}}


def card(convert: str, path: str = "p", **more: object) -> PropertyCard:
    return PropertyCard(path, Form(convert=convert, options=OPTIONS.get(convert, {})), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("convert", BY_CONVERSION)
def test_each_version_has_another_value_than_the_one_before(convert: str) -> None:
    values = [str(sample_value(SampleConstraints(card(convert), (), "q1", version))) for version in range(VERSIONS)]
    assert all(one != other for one, other in pairwise(values))


@given(limit=st.integers(20, 80), version=st.integers(0, VERSIONS - 1), avoid=st.sampled_from(["", "&", "'\"&"]))
def test_texts_keep_both_sides_limits_and_begin_with_the_mark(limit: int, version: int, avoid: str) -> None:
    here, there = card("text", avoid=avoid), card("text", max_length=limit)
    text = sample_value(SampleConstraints(here, (there,), mark_of("s", "a"), version))
    assert isinstance(text, str)
    assert text.startswith(mark_of("s", "a"))
    assert len(text) <= limit
    assert not set(text) & set(avoid)
    assert text == text.strip()


def test_texts_hold_what_breaks_careless_syncs() -> None:
    everything = "".join(TRICKY_TEXTS)
    assert any(ord(c) > 0xFFFF for c in everything)
    assert re.search(r"[^\x00-\x7f]", everything)
    assert {*"&'\"<>\\,;{}%+"} <= set(everything)
    assert "\N{NO-BREAK SPACE}" in everything
    assert "\N{ZERO WIDTH JOINER}" in everything


@pytest.mark.parametrize("version", range(VERSIONS))
def test_a_recased_text_is_the_same_but_for_case(version: int) -> None:
    here, mark = card("text", max_length=LONG), mark_of("s", "a")
    plain, swap_case = (
        str(sample_value(SampleConstraints(here, (), mark, version, swap_case=flag))) for flag in (False, True)
    )
    assert plain != swap_case
    assert plain.casefold() == swap_case.casefold()
    assert mark in swap_case


def test_decimals_have_many_digits_a_half_and_a_zero_after_the_point() -> None:
    found = {
        Decimal(str(sample_value(SampleConstraints(card("decimal"), (), "q1", version)))) % 1 for version in range(3)
    }
    assert found == {Decimal("0.3333"), Decimal("0.5"), Decimal("0.05")}


def test_e_mail_addresses_and_phone_numbers_reach_no_one() -> None:
    assert str(sample_value(SampleConstraints(card("email"), (), "q1", 0))).endswith("@example.org")
    for mark in ("q1", "q2", "q3"):
        assert str(sample_value(SampleConstraints(card("phone"), (), mark, 0)))[:-3] in PHONES


def test_two_records_have_two_phones() -> None:
    phones = {sample_value(SampleConstraints(card("phone"), (), mark_of("s", str(n)), 0)) for n in range(20)}
    assert len(phones) == 20


@given(version=st.integers(0, VERSIONS - 1), places=st.integers(0, 4))
def test_a_number_is_whole_where_one_end_takes_whole_ones_only(version: int, places: int) -> None:
    exact, whole, coarse = card("decimal"), card("integer"), PropertyCard("p", Form("number", "decimal", {"places": 2}))
    for here, counterparts in ((exact, (whole,)), (whole, (exact,)), (exact, (coarse, whole))):
        assert isinstance(sample_value(SampleConstraints(here, counterparts, "q1", version)), int)
    exponent = Decimal(str(sample_value(SampleConstraints(exact, (coarse,), "q1", version)))).as_tuple().exponent
    assert exponent == -2
    narrow = PropertyCard("p", Form("number", "decimal", {"places": places}))
    assert Decimal(str(sample_value(SampleConstraints(coarse, (narrow,), "q1", version)))).as_tuple().exponent == -min(
        2, places
    )


@pytest.mark.parametrize(
    ("concept", "convert", "signs"),
    [
        ("stock_quantity", "integer", {-1, 0}),
        ("stock_quantity", "decimal", {-1, 0}),
        ("cost", "decimal", {0, 1}),
        ("price", "decimal", {0, 1}),
        ("lines.discount", "decimal", {1}),
    ],
)
def test_each_side_edits_numbers_to_zero_and_below_where_they_can_be(
    concept: str, convert: str, signs: set[int]
) -> None:
    here = card(convert, concept=concept)
    for versions in ((1, 2), (3, 4)):
        found = [sample_value(SampleConstraints(here, (here,), "q1", version)) for version in versions]
        assert {(Decimal(str(v)) > 0) - (Decimal(str(v)) < 0) for v in found} == signs
    assert Decimal(str(sample_value(SampleConstraints(here, (here,), "q1", 0)))) > 0


def test_all_but_the_first_text_are_the_longest_and_every_other_one_has_outer_blanks() -> None:
    here, there = card("text", max_length=LONG, blanks=True), card("text", blanks=True)
    for versions in ((1, 2), (3, 4)):
        spaced, longest = (str(sample_value(SampleConstraints(here, (there,), "q1", version))) for version in versions)
        assert spaced == f" {spaced.strip()} "
        assert len(spaced) == len(longest) == LONG
    assert len(str(sample_value(SampleConstraints(here, (there,), "q1", 0)))) < LONG


def test_a_far_limit_is_reached_only_thoroughly() -> None:
    here = card("text", max_length=8000)
    assert len(str(sample_value(SampleConstraints(here, (), "q1", 2)))) == LONG
    assert len(str(sample_value(SampleConstraints(here, (), "q1", 2, boundary=True)))) == 8000
    assert len(str(sample_value(SampleConstraints(here, (card("html"),), "q1", 2, boundary=True)))) < LONG


@given(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5))
def test_marks_are_as_different_as_their_names(one: str, other: str) -> None:
    assert (mark_of("s", one) == mark_of("s", other)) == (one == other)
    assert re.fullmatch("q[0-9a-f]{8}", mark_of("s", one))


@pytest.mark.parametrize("version", range(VERSIONS))
@pytest.mark.parametrize("count", [LINES, LINES_WITH_ADDED])
def test_an_orders_amounts_agree(version: int, count: int) -> None:
    found = amounts(version, count)
    quantities, prices = found["lines.quantity"], found["lines.unit_price"]
    assert isinstance(quantities, tuple)
    assert isinstance(prices, tuple)
    assert len(quantities) == count
    lines = sum(Decimal(str(q)) * Decimal(str(p)) for q, p in zip(quantities, prices, strict=True))
    assert found["subtotal"] == lines
    given_total = lines + Decimal(str(found["shipping_total"])) - Decimal(str(found["discount_total"]))
    assert found["total"] == given_total
