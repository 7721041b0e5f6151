"""More new records at once than a page of the source's list holds: a sync that reads only the first page loses some."""

from __future__ import annotations

from typing import Final

from qa_sync.checklist.claims import CounterpartExists
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Scenario
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.sparse_records import needed_pairs
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Expect
from qa_sync.dataflow.model import StatementKind

LARGEST: Final = 100
"""The largest page that is filled."""


def more_than_a_page(context: SectionContext) -> ChecksAndScenarios:
    """Return `create/page` with depth `thorough`: each of one record more than a page holds gets a counterpart.

    Nothing is checked where the page is unknown or larger than `LARGEST`, or where records cannot be deleted again.
    """
    size = context.entities.source.page_size
    if context.depth is not Depth.THOROUGH or not size or size > LARGEST or not _can_create_many(context):
        return ChecksAndScenarios(())
    title = f"each of {size + 1} new {context.section.source} gets one {context.section.target}: a page holds {size}"
    check = context.check("create", title, context.line(StatementKind.EVERY), at="page")
    roles, pairs = [f"page-{n}" for n in range(size + 1)], tuple(needed_pairs(context))
    steps = (
        *context.create_related("page"),
        *(context.insert("page", role, only=pairs) for role in roles),
        Expect(tuple((check.id, CounterpartExists(role, Side.TARGET)) for role in roles), wait=True),
    )
    return ChecksAndScenarios((check,), (Scenario("page", context.roles(*roles), steps, (check.id,), alone=True),))


def _can_create_many(context: SectionContext) -> bool:
    is_created = context.linking.creates and not context.linking.skip_reason
    kept = any(context.entities.reason_no_operation(side, "delete") for side in Side)
    found_again = any(context.entities.carries_mark(pair) for pair in needed_pairs(context))
    return is_created and found_again and not kept
