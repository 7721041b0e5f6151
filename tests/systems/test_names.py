"""Filling in names means what Jinja means, or is left to Jinja."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from qa_sync.systems.names import fill

NAMES = st.sampled_from(["id", "entity", "a", "b", "items", "keys", "x1", "_y"])
VALUES = st.recursive(
    st.one_of(st.text(), st.integers(), st.none(), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
PATHS = st.tuples(
    st.lists(NAMES, min_size=1, max_size=3).map(".".join), st.sampled_from(["", "", " + 1", "+20", " + 0"])
).map("".join)
LITERALS = st.text(alphabet="ab/{}%# é\r\n", max_size=6)
TEMPLATES = st.lists(st.tuples(LITERALS, PATHS, LITERALS), max_size=4).map(
    lambda parts: "".join(f"{before}{{{{ {path} }}}}{after}" for before, path, after in parts)
)


@given(template=TEMPLATES, variables=st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_filled_in_is_what_jinja_renders(template: str, variables: dict[str, Any]) -> None:
    filled = fill(template, variables)
    if filled is not None:
        assert filled == SandboxedEnvironment().from_string(template).render(variables)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("orders/{{ entity.id }}", "orders/ø"),
        ("{{page_size}}", "100"),
        ("{{ entity.items }}", None),
        ("{{ page_size + 1 }}", "101"),
        ("{{ page_size + 01 }}", None),
        ("{{ page_size - 1 }}", None),
        ("{{ page_size + 1 + 1 }}", None),
        ("{{ entity.id + 1 }}", None),
        ("{% if x %}{{ page_size }}{% endif %}", None),
        ("{{ missing }}", None),
        ("{{ entity.none }}", None),
        ("{{ entity.true }}", None),
        ("{{ entity }}", None),
    ],
)
def test_what_is_left_to_jinja(template: str, filled: str | None) -> None:
    variables = {"entity": {"id": "ø", "items": "x", "none": None, "true": True}, "page_size": 100}
    assert fill(template, variables) == filled
