from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sync.reports.shared.escape import escape_invisible, escape_unencodable
from qa_sync.reports.shared.text_layout import Line, Style, clip, columns, text_of, width_of, wrap

text = st.text(st.characters(), max_size=60)
printable = text.map(lambda t: escape_invisible(t, lines=True))
styled = st.lists(st.tuples(printable, st.sampled_from(Style)), max_size=4)


def words(lines: list[Line]) -> list[str]:
    return [f"{style}:{char}" for line in lines for part, style in line for char in part if char != " "]


@settings(deadline=None)
@given(text)
def test_what_is_visible_is_one_line_of_printable_text(given: str) -> None:
    shown = escape_invisible(given)
    assert shown.splitlines() in ([], [shown])
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain å 漢 text", "plain å 漢 text"),
        ("\x1b[2J\x00\x7f\x9b", r"\x1b[2J\x00\x7f\x9b"),
        ("a\tb\r\nc", r"a\tb\r\nc"),
        ("\u202eevil\u200b\ufeff", r"\u202eevil\u200b\ufeff"),
        ("\ud800\uffff\U000e0041", r"\ud800\uffff\U000e0041"),
    ],
)
def test_the_unseen_is_written_out(given: str, shown: str) -> None:
    assert escape_invisible(given) == shown


def test_lines_are_kept_on_demand() -> None:
    assert escape_invisible("a\r\nb\x0b", lines=True) == "a\\r\nb\\x0b"


def test_what_an_encoding_lacks_is_written_out() -> None:
    assert escape_unencodable("å✓", "latin-1") == "å\\u2713"


@settings(deadline=None)
@given(printable | st.from_regex(r"[ ab]{0,20}", fullmatch=True), st.integers(0, 30))
def test_a_text_is_wrapped_alike_in_one_piece_and_in_two(given: str, width: int) -> None:
    assert wrap([(given, Style.STRONG)], width) == wrap([(given, Style.STRONG), ("", Style.STRONG)], width)


@settings(deadline=None)
@given(styled, st.integers(1, 30))
def test_wrapped_text_keeps_its_characters_and_the_width(spans: list[tuple[str, Style]], width: int) -> None:
    lines = wrap(spans, width)
    assert words(lines) == [f"{s}:{c}" for t, s in spans for c in t if c not in " \n"]
    for line in lines:
        shown = "".join(part for part, _ in line)
        assert width_of(shown) <= max(width, 2)  # a wide character needs two cells whatever the width
        assert not shown.endswith(" ")


def test_only_a_blank_is_a_blank() -> None:
    assert text_of(wrap([("\xa0", Style.PLAIN)], 1)) == "\xa0\n"


def test_text_is_broken_at_blanks_and_lines_are_kept() -> None:
    spans = [("one two three\n  four ", Style.PLAIN), ("abcdefghijkl", Style.FAILED)]
    assert text_of(wrap(spans, 8)) == "one two\nthree\n  four\nabcdefgh\nijkl\n"


def test_wide_characters_take_two_cells_and_marks_none() -> None:
    assert width_of("漢字") == 4
    assert width_of("e\u0301") == 1
    assert text_of(wrap([("漢字漢字", Style.PLAIN)], 5)) == "漢字\n漢字\n"


def test_columns_stand_side_by_side() -> None:
    left, right = [("a b", Style.STRONG)], [("one two three", Style.PLAIN)]
    assert text_of(columns([(left, 3), (right, 7)], indent=1)) == " a b  one two\n      three\n"
    assert text_of(columns([([("a b c", Style.PLAIN)], 1), (right, 20)])) == "a  one two three\nb\nc\n"


@settings(deadline=None)
@given(printable.filter(lambda t: "\n" not in t), st.integers(4, 30))
def test_a_clipped_text_fits(given: str, width: int) -> None:
    shown = clip(given, width, "…")
    assert width_of(shown) <= width
    assert shown == given or shown.endswith("…")
