from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.pair_capabilities import EntityPair
from qa_sync.checklist.samples.constraints import VERSIONS, SampleConstraints
from qa_sync.checklist.samples.order_amounts import CARRIED, LINES, LINES_WITH_ADDED, amounts, line_group
from qa_sync.checklist.samples.texts import LENGTHS, LONGEST, SMALL_EDITS, TRICKY_TEXTS
from qa_sync.checklist.samples.values import BY_CONVERSION, PHONES, mark_of, sample_value
from qa_sync.checklist.side import Side
from qa_sync.dataflow.load import load_dataflow
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.modes.documents import connectors_of
from qa_sync.settings.model import Samples, Settings
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.conversions.currencies import minor_units
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
@pytest.mark.parametrize("blanks", [True, False])
def test_small_edits_change_case_then_accents_then_blanks_only(version: int, blanks: bool) -> None:
    here, mark = card("text", max_length=LENGTHS[0], blanks=blanks), mark_of("s", "a")
    texts = [
        str(sample_value(SampleConstraints(here, (), mark, version, small_edits=count)))
        for count in range(len(SMALL_EDITS) + 1)
    ]
    assert all(mark in text and len(text) <= LENGTHS[0] for text in texts)
    equal: tuple[Callable[[str], str], ...] = (str.casefold, without_accents, without_blanks)
    for (one, other), same in zip(pairwise(texts), equal, strict=True):
        assert one != other
        assert same(one) == same(other)
    assert ("  " in texts[-1]) is blanks


def without_blanks(text: str) -> str:
    return "".join(text.split())


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


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


def test_each_side_edits_texts_to_the_longest_and_to_a_length_of_the_table() -> None:
    here, there = card("text", max_length=LONGEST, blanks=True), card("text", blanks=True)
    lengths = set()
    for concept in ("note", "name", "city", "brand", "company", "title", "street1", "street2"):
        own = card("text", max_length=LONGEST, blanks=True, concept=concept)
        for versions in ((1, 2), (3, 4)):
            longest, other = (str(sample_value(SampleConstraints(own, (there,), "q1", v))) for v in versions)
            assert longest == f" {longest.strip()} "
            assert len(longest) == LONGEST
            lengths.add(len(other))
    assert lengths == set(LENGTHS)
    assert len(str(sample_value(SampleConstraints(here, (there,), "q1", 0)))) < LENGTHS[0]


def test_a_far_limit_is_reached_only_thoroughly() -> None:
    here = card("text", max_length=8000)
    assert len(str(sample_value(SampleConstraints(here, (), "q1", 1)))) == LONGEST
    assert len(str(sample_value(SampleConstraints(here, (), "q1", 1, boundary=True)))) == 8000
    assert len(str(sample_value(SampleConstraints(here, (card("html"),), "q1", 1, boundary=True)))) == LONGEST


def test_html_gets_half_the_text_that_its_system_keeps() -> None:
    here, there = card("text", max_length=600), card("html", max_length=800)
    assert len(str(sample_value(SampleConstraints(here, (there,), "q1", 1)))) == 400


@pytest.mark.parametrize(("digits", "kept"), [((None, None), 9), ((18, None), 9), ((18, 16), 16), ((18, 18), 18)])
def test_an_amount_has_more_digits_than_single_precision_and_as_many_as_both_keep(
    digits: tuple[int | None, int | None], kept: int
) -> None:
    here, there = (
        PropertyCard("p", Form("number", "decimal", {"places": 2}), concept="price", digits=count) for count in digits
    )
    for version in (0, 2, 4):
        value = Decimal(str(sample_value(SampleConstraints(here, (there,), "q1", version))))
        assert len(value.as_tuple().digits) == kept


@pytest.mark.parametrize(("places", "kept"), [((None, 3), {0, 2}), ((3, 3), {0, 2, 3})])
def test_currencies_have_as_many_decimals_as_both_sides_keep(places: tuple[int | None, int], kept: set[int]) -> None:
    here, there = (card("text", concept="currency", most_places=most) for most in places)
    codes = [sample_value(SampleConstraints(here, (there,), "q1", version)) for version in range(5)]
    assert {minor_units(code) for code in codes} == kept
    assert minor_units(codes[1]) != minor_units(codes[0])


@pytest.mark.parametrize("places", [0, 2, 3])
def test_amounts_use_all_decimals_of_their_currency_and_no_more(places: int) -> None:
    found = [
        n for value in amounts(1, LINES, places).values() for n in (value if isinstance(value, tuple) else [value])
    ]
    exponents = {Decimal(str(number)).normalize().as_tuple().exponent for number in found}
    assert min(int(exponent) for exponent in exponents) == -places or places == 0
    assert all(int(exponent) >= -places for exponent in exponents)


def test_two_lines_have_one_name_and_product_and_the_order_of_lines_shows() -> None:
    groups = [line_group(line) for line in range(1, LINES + 1)]
    assert groups[0] == groups[1]
    assert groups != groups[::-1]


@given(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5))
def test_marks_are_as_different_as_their_names(one: str, other: str) -> None:
    assert (mark_of("s", one) == mark_of("s", other)) == (one == other)
    assert re.fullmatch("q[0-9a-f]{8}", mark_of("s", one))


@pytest.mark.parametrize("version", range(VERSIONS))
@pytest.mark.parametrize("count", [LINES, LINES_WITH_ADDED])
@pytest.mark.parametrize("without", [(), ("discount_total",), ("shipping_total",), tuple(CARRIED)])
def test_an_orders_amounts_agree(version: int, count: int, without: tuple[str, ...]) -> None:
    found = amounts(version, count, without=frozenset(without))
    assert {concept for concept in CARRIED if found[concept] is None} == set(without)
    quantities, prices = found["lines.quantity"], found["lines.unit_price"]
    assert isinstance(quantities, tuple)
    assert isinstance(prices, tuple)
    assert len(quantities) == count
    lines = sum(Decimal(str(q)) * Decimal(str(p)) for q, p in zip(quantities, prices, strict=True))
    assert found["subtotal"] == lines
    given_total = lines + Decimal(str(found["shipping_total"] or 0)) - Decimal(str(found["discount_total"] or 0))
    assert found["total"] == given_total


@pytest.mark.parametrize(
    ("ends", "lost"),
    [
        (("Wix.com Orders", "WooCommerce Order"), {Side.SOURCE: {"discount_total"}, Side.TARGET: set()}),
        (("WooCommerce Order", "Wix.com Orders"), {Side.SOURCE: set(), Side.TARGET: {"discount_total"}}),
        (("Wix.com Orders", "Customerp Order"), {Side.SOURCE: set(), Side.TARGET: set()}),
        (("Customerp Order", "WooCommerce Order"), {Side.SOURCE: {"discount_total"}, Side.TARGET: set()}),
    ],
)
def test_an_order_has_no_amount_without_which_the_other_system_computes_its_total(
    ends: tuple[str, str], lost: Mapping[Side, set[str]]
) -> None:
    source, target = (end.rpartition(" ")[0] for end in ends)
    heading = f"{ends[0]} to {ends[1]}"
    text = f"{source} to {target} Dataflow\n{'=' * 60}\n\n{heading}\n{'-' * 60}\n"
    dataflow = read_dataflow(text, "orders.txt")
    connectors = connectors_of([dataflow], Settings())
    (section,) = dataflow.sections
    here, there = (
        next(c for c in connectors[e.system].cards.values() if e.entity in c.names)
        for e in (section.source, section.target)
    )
    entities = EntityPair(section, here, there)
    assert {side: entities.amounts_lost[side] for side in Side} == lost


@pytest.mark.parametrize("place", range(4))
def test_every_sample_address_has_a_leading_zero_that_a_number_would_lose(place: int) -> None:
    code = sample_value(SampleConstraints(card("text", concept="billing.postal_code"), (), "q1", place))
    assert str(code).startswith("0")


@pytest.mark.parametrize("depth", Depth)
def test_all_mail_addresses_have_the_domain_of_the_settings(depth: Depth) -> None:
    dataflow = load_dataflow("specs/000.txt")
    cards = {label: one.cards for label, one in connectors_of([dataflow], Settings()).items()}
    for domain in ("example.org", "qa.acme.example"):
        chosen = Settings(samples=Samples(mail_domain=domain))
        checklist = compile_checklist(dataflow, cards, "seed", settings=chosen, depth=depth)
        steps = repr([scenario.steps for section in checklist.sections for scenario in section.scenarios])
        domains = {found.removeprefix("other.") for found in re.findall(r"[a-z0-9+]@([a-z.]+)", steps)}
        assert domains == {domain}


@pytest.mark.parametrize("version", range(VERSIONS))
@pytest.mark.parametrize("concept", ["currency", "language", "sku", None])
def test_a_value_is_one_that_both_sides_take(concept: str | None, version: int) -> None:
    few = {"values": {"EUR": "EUR", "NOK": "NOK", "SEK": "SEK"}}
    fewer = {"values": {"1": "NOK", "2": "SEK", "3": "DKK"}}
    free = PropertyCard("p", Form(), concept=concept)
    one, other = (PropertyCard("p", Form(convert="choice", options=o), concept=concept) for o in (few, fewer))
    one_list: list[tuple[PropertyCard, tuple[PropertyCard, ...]]] = [(free, (one,)), (one, (free,)), (one, ())]
    two_lists: list[tuple[PropertyCard, tuple[PropertyCard, ...]]] = [(free, (one, other)), (one, (other,))]
    for card_, counterparts in one_list:
        assert sample_value(SampleConstraints(card_, counterparts, "q1", version)) in few["values"].values()
    for card_, counterparts in two_lists:
        assert sample_value(SampleConstraints(card_, counterparts, "q1", version)) in {"NOK", "SEK"}


def test_choices_without_a_common_value_have_a_sample_all_the_same() -> None:
    one, other = (PropertyCard("p", Form(convert="choice", options={"values": {v: v}})) for v in "ab")
    assert sample_value(SampleConstraints(one, (other,), "q1", 3)) == "a"
