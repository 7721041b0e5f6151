"""Filling in names means what Jinja means, or is left to Jinja."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from qa_sync.systems.templates.simple_expressions import render_simple

NAMES = st.sampled_from(["id", "entity", "a", "b", "items", "keys", "x1", "_y"])
VALUES = st.recursive(
    st.one_of(st.text(), st.integers(), st.none(), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
PATHS = st.tuples(
    st.lists(NAMES, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["", "", " + 1", "+20", " * 0", " * x1", "+id"]),
).map("".join)
LITERALS = st.text(alphabet="ab/{}%# é\r\n", max_size=6)
TEMPLATES = st.lists(st.tuples(LITERALS, PATHS, LITERALS), max_size=4).map(
    lambda parts: "".join(f"{before}{{{{ {path} }}}}{after}" for before, path, after in parts)
)


@given(template=TEMPLATES, variables=st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_filled_in_is_what_jinja_renders(template: str, variables: dict[str, Any]) -> None:
    filled = render_simple(template, variables)
    if filled is not None:
        assert filled == SandboxedEnvironment().from_string(template).render(variables)


@given(name=NAMES, one=TEMPLATES, other=TEMPLATES, variables=st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_depends_on_a_value_is_what_jinja_renders(
    name: str, one: str, other: str, variables: dict[str, Any]
) -> None:
    template = f"a{{% if {name} is defined and {name} is not none %}}{one}{{% else %}}{other}{{% endif %}}b"
    filled = render_simple(template, variables)
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
        ("{{ page_size * page_size }}", "10000"),
        ("{{ page_size + 1 + 1 }}", None),
        ("{{ entity.id + 1 }}", None),
        ("{% if x %}{{ page_size }}{% endif %}", None),
        ("{{ missing }}", None),
        ("{{ entity.none }}", None),
        ("{{ entity.true }}", None),
        ("{{ entity }}", None),
        ("a{% if page_size is defined and page_size is not none %}b{{ page_size }}{% else %}c{% endif %}d", "ab100d"),
        ("a{% if missing is defined and missing is not none %}b{{ missing }}{% else %}c{% endif %}d", "acd"),
        ("a{% if missing is defined and other is not none %}b{% else %}c{% endif %}", None),
        ("{% if page_size is defined and page_size is not none %}{% if x %}{% else %}c{% endif %}{% endif %}", None),
    ],
)
def test_what_is_left_to_jinja(template: str, filled: str | None) -> None:
    variables = {"entity": {"id": "ø", "items": "x", "none": None, "true": True}, "page_size": 100}
    assert render_simple(template, variables) == filled
