"""HTML whose tags count: what is the same in any notation, and what is not."""

from datetime import UTC

import pytest

from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.comparison.compare import compare
from qa_sync.values.conversions.html import TAGS
from qa_sync.values.form import Form

TAGGED, HTML, TEXT = Form(convert="html", options={TAGS: True}), Form(convert="html"), Form()

SAME = [
    ("a <b>c</b> d", "<p>a <b>c</b> d</p>\n"),
    ("a <b>c</b>", "a <B>c</B>"),
    ("one<br>two", "<p>one</p>\n<p>two</p>"),
    ("a\n  b", "a b"),
    ('<a href="x" title="y">z</a>', "<a title='y' href=x>z</a>"),
    ('<a href="?a=1&amp;b=2">z</a>', '<a href="?a=1&b=2">z</a>'),
    ("<ul>\n<li>a</li>\n</ul>", "<ul><li>a</li></ul>"),
    ("&eacute; &amp; <i>x</i>", "é &amp; <i>x</i>"),
    ("a <!-- note -->b", "a b"),
    ('<img src="x" />', '<img src="x">'),
    ("<p></p>", ""),
    ("1 &lt; 2", "1 < 2"),
]
DIFFERENT = [
    ("a <b>c</b>", "a c"),
    ("a <b>c</b>", "a <strong>c</strong>"),
    ("a <b>c</b> d", "<b>a c</b> d"),
    ("a <b>c</b>", "a &lt;b&gt;c&lt;/b&gt;"),
    ("a <b>c</b>", "a <b>c"),
    ('<a href="x">z</a>', '<a href="y">z</a>'),
    ('<a href="x" target="_blank">z</a>', '<a href="x">z</a>'),
    ("<ul><li>a</li><li>b</li></ul>", "<ul><li>a b</li></ul>"),
    ("<h2>a</h2> b", "a b"),
    ("<b>a</b>", "<b>A</b>"),
    ('<img src="x">', ""),
    ("&amp;amp;", "&amp;"),
]


def is_same(one: str, other: str, source: Form = TAGGED, target: Form = TAGGED) -> bool:
    return compare(to_canonical(one, source), to_canonical(other, target), source, target, UTC).same


@pytest.mark.parametrize(("one", "other"), SAME)
def test_notation_does_not_count(one: str, other: str) -> None:
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_tags_count_where_both_sides_hold_html(one: str, other: str) -> None:
    assert not is_same(one, other)
    assert not is_same(other, one)


@pytest.mark.parametrize("form", [HTML, TEXT])
def test_tags_do_not_count_where_one_side_holds_a_plain_text(form: Form) -> None:
    assert is_same("a <b>c</b>", "a c", HTML, form)
    assert is_same("a c", "<p>a <b>c</b></p>", form, HTML)


def test_html_is_written_as_it_is_where_the_other_side_holds_html() -> None:
    assert to_wire(to_canonical("a <b>c</b> &amp; d", TAGGED), TAGGED) == "a <b>c</b> &amp; d"
    assert to_wire(to_canonical("a <b>c</b> &amp; d", HTML), HTML) == "a c &amp; d"
