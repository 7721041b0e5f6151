"""Each tolerance of a comparison has a reason, and faults that it must not hide; the matrix catches these."""

from fault_rules import RULES

from qa_sync.sync.faults.not_hidden import NOT_HIDDEN
from qa_sync.values.canonical import CONVERSIONS
from qa_sync.values.comparison.comparison_kinds import COMPARISON_KINDS
from qa_sync.values.comparison.tolerances import TOLERANCES


def test_every_tolerance_has_a_fault_that_it_must_not_hide() -> None:
    assert list(NOT_HIDDEN) == list(TOLERANCES)
    assert all(faults and set(faults) <= set(RULES) for faults in NOT_HIDDEN.values())


def test_every_kind_of_comparison_that_is_not_exact_is_listed() -> None:
    listed = {conversion for one in TOLERANCES.values() for conversion in one.conversions}
    assert set(COMPARISON_KINDS) <= listed <= set(CONVERSIONS)
