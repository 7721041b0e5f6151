"""JSON is read as the standard library reads it, whatever msgspec says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_sync.values.json_text import canonical_json, read_exact_json, read_json, write_json

NUMBERS = st.from_regex(r"-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
STRINGS = st.text(alphabet=st.characters(), max_size=8).map(json.dumps) | st.from_regex(
    r'"(\\u[0-9a-fA-F]{4}|\\["\\/bfnrtx]|[ -~])*"', fullmatch=True
)
TEXTS = st.recursive(
    NUMBERS | STRINGS | st.sampled_from(["null", "true", "false", "NaN", "-Infinity", "01", "1.", "tRue"]),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]")
        | st.lists(st.tuples(STRINGS, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)


def standard_exact(text: str) -> Any:
    """Return what the standard library makes of a text, with decimals and without NaN."""
    return json.loads(text, parse_float=Decimal, parse_constant=lambda name: float("no " + name))


def outcome(read: Callable[[str], Any], text: str) -> str:
    """Return the value with the types of all its parts (`repr` shows them), or that there is none."""
    try:
        return repr(read(text))
    except (ValueError, RecursionError):
        return "refused"


@given(TEXTS | st.text(max_size=12))
@example('"\\ud800"')
@example('{"\\udfff": 1}')
@example("1e400")
@example("18446744073709551616")
@example("1" * 400)
@example("1" * 5000)
@example("9007199254740993.0")
@example("2.2250738585072011e-308")
@example("-0")
@example("-0.0")
@example('{"a": 1, "a": 2}')
@example("\ufeff1")
@example("[" * 100_000)
@example('"\t"')
@example("[1,]")
@example("")
def test_a_text_means_what_the_standard_library_says(text: str) -> None:
    assert outcome(lambda text: read_json(text.encode()), text) == outcome(json.loads, text)
    assert outcome(lambda text: read_exact_json(text.encode()), text) == outcome(standard_exact, text)


@pytest.mark.parametrize("text", ["1e999999999999999999999", "[-1.5e-99999999999999999999]"])
def test_an_exponent_that_no_decimal_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="exponent"):
        read_exact_json(text.encode())


@pytest.mark.parametrize("content", [b'"\xff"', b'"\xed\xa0\x80"', b'{"\xc3": 1}', b"\xff", '"é"'.encode("utf-16")])
def test_what_is_no_utf_8_is_refused(content: bytes) -> None:
    for read in (read_json, read_exact_json):
        with pytest.raises(ValueError, match=r"utf-8"):
            read(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES)
@example("\ud800")
@example({"\udfff": [2**70]})
@example([Decimal("1.10"), 2**64])
def test_what_is_written_is_read_again(value: Any) -> None:
    assert read_json(write_json(value)) == json.loads(json.dumps(value, default=str))


@given(TEXTS | st.text(max_size=12))
@example('{"b": 1, "a": {"d": 18446744073709551616, "c": "\\ud800"}}')
@example('{"b": "\u00e5", "a": [1.50, 1e2]}')
@example('{"": NaN, "\\u007f\u00e5": "", "": ""}')
def test_canonical_text_has_the_same_value_with_sorted_members(text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    if outcome(lambda _: json.loads(content), text) == "refused":
        assert outcome(lambda _: canonical_json(content), text) == "refused"
        return
    canonical = canonical_json(content)
    assert outcome(json.loads, canonical) == outcome(lambda t: sorted_members(json.loads(t)), text)
    assert canonical_json(json.dumps(json.loads(text), indent=2).encode()) == canonical


def sorted_members(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: sorted_members(value[name]) for name in sorted(value)}
    return [sorted_members(each) for each in value] if isinstance(value, list) else value
