"""More records than a page holds: with small pages, a sync that reads only the first one is caught, a whole one not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from fault_facts import FIXTURES
from fault_runs import play
from msgspec.structs import replace

from qa_sync.checklist.depth import Depth
from qa_sync.dataflow.model import Dataflow
from qa_sync.modes.documents import connectors_of
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.load import Connector

SPEC = FIXTURES / "customerp-customwebshop.txt"
SECTION = 1
PAGE = 4
"""More than the other records of the section, so that these fit on a page."""


def with_small_pages(dataflows: Sequence[Dataflow], settings: Settings) -> Mapping[str, Connector]:
    """Return the connectors with pages that few records fill."""
    found = connectors_of(dataflows, settings)
    return {
        label: replace(one, cards={name: replace(card, page_size=PAGE) for name, card in one.cards.items()})
        for label, one in found.items()
    }


@pytest.mark.parametrize(("faults", "fails"), [((), False), (("first-page-only",), True)])
def test_a_sync_that_reads_only_the_first_page_is_caught(
    monkeypatch: pytest.MonkeyPatch, faults: tuple[str, ...], fails: bool
) -> None:
    monkeypatch.setattr("fault_runs.connectors_of", with_small_pages)
    outcome = play(SPEC, "pages", *faults, depth=Depth.THOROUGH, section=SECTION)
    assert not outcome.errors
    assert any("/create/page" in told for told in outcome.told) is fails
