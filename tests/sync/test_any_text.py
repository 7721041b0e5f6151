"""Any text that a card allows arrives in the other system as it is, either way, or the sync reports it."""

from __future__ import annotations

from itertools import cycle

import pytest
from any_text import text_world
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qa_sync.sync.lanes import Side

TRICKY = (
    *(
        "\\",
        "\\\\",
        "a\\b",
        "\\'",
        '\\"',
        "\\u0041",
        "&",
        "&amp;",
        "&#39;",
        "<b>bold</b>",
        "<script>x</script>",
        "a < b",
    ),
    *("[gallery id=1]", "%41", "100 %", "'", '"', "\u2028", "\u00a0", "\u200d", "\U0001f600", "e\u0301", "\u202e"),
    *("{{ name }}", "${x}", "  ", "x" * 300),
)
PIECES = st.one_of(
    st.sampled_from(TRICKY), st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=9)
)
TEXTS = st.lists(st.lists(PIECES, min_size=1, max_size=4).map("".join), min_size=23, max_size=23)
SECTIONS = {
    "contacts-and-erp": ("specs/000.txt", 1, "primaryInfo.email"),
    "goods-and-erp": ("specs/000.txt", 3, "sku"),
    "orders-and-webshop": ("specs/003.txt", 1, "billing.email"),
    "products-and-webshop": ("specs/003.txt", 2, "sku"),
    "customers-and-webshop": ("specs/003.txt", 3, "email"),
}


@pytest.mark.parametrize("section", SECTIONS.values(), ids=list(SECTIONS))
@settings(
    max_examples=2, derandomize=True, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(texts=TEXTS)
def test_a_text_arrives_as_it_is_or_is_reported(section: tuple[str, int, str], texts: list[str]) -> None:
    more = cycle(texts)
    with text_world(*section) as world:
        world.create(more)
        assert world.lost() == []
        for side in (Side.TARGET, Side.SOURCE):
            world.edit(side, more)
            assert world.lost() == [], f"edited in {side}"
