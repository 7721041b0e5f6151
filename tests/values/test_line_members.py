"""The lines of an order are compared with what they were, although an edit adds, removes and moves lines."""

from __future__ import annotations

import pytest

from qa_sync.values.form import Json
from qa_sync.values.line_members import line_changes, line_list, member_of_lines

ALL = 99
DATA: Json = {"lines": [{"price": {"net": 1}, "tags": [{"name": "a"}]}], "a.b": [{"c": 1}], "one": {"name": "x"}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("lines.price.net", "lines"),
        ("lines.tags.name", "lines"),
        ("lines[].price", "lines"),
        ('"a.b".c', '"a.b"'),
        ("one.name", None),
        ("lines", None),
        ("lines[price=1].net", None),
        ("lines[0].price", None),
        ("nowhere.name", None),
    ],
)
def test_the_list_of_a_property(path: str, found: str | None) -> None:
    assert line_list(path, DATA) == found
    assert line_list(path, None, DATA) == found


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ("lines[2].total", "lines[].total"),
        ("lines[0].taxes[1].sum", "lines[].taxes[].sum"),
        ("lines[2]", None),
        ("total", None),
    ],
)
def test_a_member_of_every_line(changed: str, member: str | None) -> None:
    assert member_of_lines(changed) == member


def lines(*values: Json, ids: str = "", name: str = "id") -> Json:
    """Return lines with a remark each; `ids` are their ids, a letter each."""
    return {"lines": [{"remark": v, **({name: ids[at]} if ids else {})} for at, v in enumerate(values)]}


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        pytest.param(lines("a", "b"), lines("a", "b"), ALL, id="nothing changed"),
        pytest.param(lines("a", "b", ids="xy"), lines("b", "a", ids="yx"), ALL, id="lines with ids were moved"),
        pytest.param(lines("a", "b"), lines("b", "a"), ALL, id="lines without ids were moved"),
        pytest.param(lines("a", "b", ids="xy"), lines("a", ids="x"), 1, id="a line was removed"),
        pytest.param(lines("a", ids="x"), lines("a", None, ids="xy"), ALL, id="a line was added"),
        pytest.param(lines("a", "b", "c"), lines("a", "b", None), 2, id="removed, then added"),
        pytest.param(lines("a", "b", "c", ids="xyz"), lines("a", "b", None, ids="xyw"), 2, id="the same with ids"),
        pytest.param(lines("a", "b", ids="xy"), lines("a", None, ids="xw"), ALL, id="another line in its place"),
        pytest.param(lines("", None), lines(None, []), ALL, id="no value in another form"),
        pytest.param({"lines": None}, lines("a"), ALL, id="no list before"),
        pytest.param(lines("a"), {"lines": None}, ALL, id="no list now"),
        pytest.param({"lines": ["a", "b"]}, {"lines": ["b", "a"]}, ALL, id="plain values were moved"),
    ],
)
def test_what_an_edit_of_the_rows_does_to_lines_is_no_change(before: Json, now: Json, kept: int) -> None:
    assert list(line_changes("lines", before, now, kept)) == []


@pytest.mark.parametrize(
    ("before", "now", "kept", "changes"),
    [
        pytest.param(lines("a", "b"), lines("a", None), ALL, [(1, "b", None)], id="cleared"),
        pytest.param(lines("a", "b"), lines("a", "c"), ALL, [(1, "b", "c")], id="other value"),
        pytest.param(lines(None, "b"), lines("new", "b"), ALL, [(0, None, "new")], id="made up"),
        pytest.param(lines("a", "b", "c"), lines(None, None, None), 2, [(0, "a", None), (1, "b", None)], id="all lost"),
        pytest.param(lines("a", "b", ids="xy"), lines(None, "a", ids="yx"), ALL, [(0, "b", None)], id="moved, cleared"),
        pytest.param(
            lines("a", "b", ids="xy"), lines("b", "a", ids="xy"), ALL, [(0, "a", "b"), (1, "b", "a")], id="swapped"
        ),
        pytest.param(
            lines("a", "b", ids="xy"), lines(None, None, ids="vw"), ALL, [(0, "a", None), (1, "b", None)], id="replaced"
        ),
        pytest.param(lines("a", ids="x", name="lineId"), lines(None, ids="x", name="lineId"), 1, [(0, "a", None)]),
        pytest.param(lines(True, 1), lines(1, 1), ALL, [(0, True, 1)], id="true is not 1"),
        pytest.param(lines("a", "b"), lines("b"), 2, [], id="a lost line is the rows' affair"),
    ],
)
def test_what_is_changed_besides_is_told_at_its_place(
    before: Json, now: Json, kept: int, changes: list[tuple[int, Json, Json]]
) -> None:
    expected = [(f"lines[{at}].remark", was, then) for at, was, then in changes]
    assert list(line_changes("lines", before, now, kept)) == expected


def test_members_inside_a_line_are_told_by_their_path() -> None:
    before: Json = {"order": {"lines": [{"price": {"net": 1, "tax": 2}}]}}
    now: Json = {"order": {"lines": [{"price": {"net": 1, "tax": None}}]}}
    assert list(line_changes("order.lines", before, now, ALL)) == [("order.lines[0].price.tax", 2, None)]
