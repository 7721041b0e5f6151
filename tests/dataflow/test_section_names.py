"""One meaning of `--section` in every command: number, key, heading, or a part that only one heading has."""

from __future__ import annotations

import pytest

from qa_sync.dataflow.model import Entity, Section
from qa_sync.dataflow.section_names import section_filter
from qa_sync.errors import UnknownName, UsageError

HEADINGS = ("A Customer to B Client", "A Order to B Purchase", "A  Order line to B Row")


def sections() -> list[Section]:
    a, b = Entity("A", "X"), Entity("B", "Y")
    return [Section(n, heading, 10 * n, a, b) for n, heading in enumerate(HEADINGS, 1)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1", [1]),
        ("2", [2]),
        (sections()[0].key, [1]),
        (sections()[1].key.upper(), [2]),
        ("A Customer to B Client", [1]),
        ("a  customer TO b client", [1]),
        ("Customer", [1]),
        ("purchase", [2]),
        ("order line", [3]),
        ("a order to b purchase", [2]),
    ],
)
def test_a_name_means_one_section(typed: str, meant: list[int]) -> None:
    is_named = section_filter([typed], sections())
    assert [section.ordinal for section in sections() if is_named(section)] == meant


def test_several_names_mean_several_sections() -> None:
    is_named = section_filter(["1", "row"], sections())
    assert [section.ordinal for section in sections() if is_named(section)] == [1, 3]


def test_a_part_of_several_headings_is_refused_with_them() -> None:
    with pytest.raises(UsageError, match="'order' is a part of 2 headings: A Order to B Purchase; A  Order line"):
        section_filter(["order"], sections())


@pytest.mark.parametrize(("typed", "near"), [("A Custmer to B Client", "A Customer to B Client"), ("9", "1 to 3")])
def test_an_unknown_name_lists_the_headings_only(typed: str, near: str) -> None:
    with pytest.raises(UnknownName) as raised:
        section_filter([typed], sections())
    assert raised.value.message.endswith(f"expected one of: {', '.join(sorted(HEADINGS))}")
    assert near in str(raised.value.hint)


def test_a_spec_without_sections_says_so() -> None:
    with pytest.raises(UsageError, match="no section of the spec can be read"):
        section_filter(["1"], [])
