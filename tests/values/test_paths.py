"""Property paths: every form that occurs, and what holds for all of them.

Sources: docs/explanation/grammar.rst, "Property paths"; docs/explanation/mapping.rst.
"""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.errors import NotConvertible, UsageError
from qa_sync.values.path_grammar import Every, Index, Name, Selector, parent_path, root_name
from qa_sync.values.paths import omit, parse, read, segments, write

CONTACT = {
    "id": "c1",
    "info": {
        "emails": {"items": [{"tag": "HOME", "email": "a@example.test"}, {"primary": True, "email": "b@example.test"}]},
        "phones": {"items": [{"tag": "MOBILE", "phone": "+4799"}]},
    },
}
ORDER = {"lines": [{"name": "Tee", "tax": [{"rate": 1}, {"rate": 2}]}, {"qty": 2}, {"name": "Cap", "tax": []}]}
META = {"meta_data": [{"id": 1, "key": "other", "value": "x"}, {"id": 2, "key": "external_order_id", "value": "007"}]}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("info.name", (Name("info"), Name("name"))),
        ("variants..sku", (Name("variants"), Name("sku"))),
        ("$original_id", (Name("$original_id"),)),
        ("p:P4649.ps:P4649", (Name("p:P4649"), Name("ps:P4649"))),
        ("items[primary=true].email", (Name("items"), Selector("primary", "true"), Name("email"))),
        ("meta_data[key=a.b].value", (Name("meta_data"), Selector("key", "a.b"), Name("value"))),
        ("variants[0].sku", (Name("variants"), Index(0), Name("sku"))),
        ("tags[]", (Name("tags"), Every())),
        ("", ()),
    ],
)
def test_a_path_is_read_into_steps(path: str, steps: tuple[object, ...]) -> None:
    assert parse(path) == steps


@pytest.mark.parametrize("path", ["a[", "a]", "a[b", "a[-1]", "a[b=[c]", "a[=x]", "a[1x]"])
def test_an_invalid_bracket_is_an_error(path: str) -> None:
    with pytest.raises(UsageError, match="cannot parse"):
        parse(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("info.emails.items[primary=true].email", ("info", "emails", "items[primary=true]", "email")),
        ("meta_data[key=a.b].value", ("meta_data[key=a.b]", "value")),
        ("variants..sku", ("variants", "sku")),
    ],
)
def test_segments_keep_brackets_with_their_name(path: str, expected: tuple[str, ...]) -> None:
    assert segments(path) == expected


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        (CONTACT, "id", "c1"),
        (CONTACT, "info.emails.items[primary=true].email", "b@example.test"),
        (CONTACT, "info.emails.items[tag=HOME].email", "a@example.test"),
        (CONTACT, "info.emails.items[tag=WORK].email", None),
        (CONTACT, "info.emails.items.email", ["a@example.test", "b@example.test"]),
        (CONTACT, "info.emails.items[1].email", "b@example.test"),
        (CONTACT, "info.emails.items[2].email", None),
        (CONTACT, "info.missing.deeper", None),
        (CONTACT, "id.first", None),
        (CONTACT, "id[0]", None),
        (CONTACT, "id[]", None),
        (META, "meta_data[key=external_order_id].value", "007"),
        (META, "meta_data[id=2].value", "007"),
        (ORDER, "lines.name", ["Tee", None, "Cap"]),
        (ORDER, "lines[].name", ["Tee", None, "Cap"]),
        (ORDER, "lines.tax.rate", [1, 2, None]),
        (ORDER, "lines[0].tax[1].rate", 2),
        ({"tags": ["a", "b"]}, "tags", ["a", "b"]),
        ({"tags": ["a", "b"]}, "tags[]", ["a", "b"]),
        ({"tags": ["a", "b"]}, "tags.name", [None, None]),
        ({"a": False, "b": 0}, "a", False),
        ({"a": False, "b": 0}, "b", 0),
        (None, "a.b", None),
        ({"a": 1}, "", {"a": 1}),
    ],
)
def test_read(data: Any, path: str, expected: Any) -> None:
    assert read(data, path) == expected


@pytest.mark.parametrize(
    ("data", "path", "value", "expected"),
    [
        ({}, "a.b.c", 1, {"a": {"b": {"c": 1}}}),
        ({"a": None}, "a.b", 1, {"a": {"b": 1}}),
        ({"a": {"x": 1}}, "a.b", False, {"a": {"x": 1, "b": False}}),
        ({}, "items[primary=true].email", "e", {"items": [{"primary": True, "email": "e"}]}),
        ({"items": [{"tag": "A"}]}, "items[tag=B].p", 1, {"items": [{"tag": "A"}, {"tag": "B", "p": 1}]}),
        ({"items": [{"tag": "A"}, {"tag": "A"}]}, "items[tag=A].p", 1, {"items": [{"tag": "A", "p": 1}, {"tag": "A"}]}),
        ({"items": [{"tag": "A"}]}, "items[tag=B].p", None, {"items": [{"tag": "A"}]}),
        ({"items": [{"id": 7}]}, "items[id=8].p", 1, {"items": [{"id": 7}, {"id": 8, "p": 1}]}),
        ({"items": [{"id": "7"}]}, "items[id=8].p", 1, {"items": [{"id": "7"}, {"id": "8", "p": 1}]}),
        ({"items": [{"id": 7}]}, "items[id=008].p", 1, {"items": [{"id": 7}, {"id": "008", "p": 1}]}),
        ({"items": [{"on": "no"}]}, "items[on=true].p", 1, {"items": [{"on": "no"}, {"on": "true", "p": 1}]}),
        ({}, "v[0].sku", "s", {"v": [{"sku": "s"}]}),
        ({"v": [1, 2]}, "v[1]", 3, {"v": [1, 3]}),
        ({"l": [{"q": 1}, {"q": 2}]}, "l.n", ["a", "b"], {"l": [{"q": 1, "n": "a"}, {"q": 2, "n": "b"}]}),
        ({"l": [{"q": 1}]}, "l.n", ("a", "b"), {"l": [{"q": 1, "n": "a"}, {"n": "b"}]}),
        ({"l": [{"q": 1}, {"q": 2}]}, "l.n", ["a"], {"l": [{"q": 1, "n": "a"}]}),
        ({"l": [{"n": 1}, {"n": 2}]}, "l.n", None, {"l": [{"n": None}, {"n": None}]}),
        ({}, "o.l.n", ["a", "b"], {"o": {"l": [{"n": "a"}, {"n": "b"}]}}),
        ({}, "tags", ["a", "b"], {"tags": ["a", "b"]}),
        ({}, "info.tags[]", ["a", "b"], {"info": {"tags": ["a", "b"]}}),
        ({}, "l[].address.city", ["a", "b"], {"l": [{"address": {"city": "a"}}, {"address": {"city": "b"}}]}),
        ({"tags": ["a"]}, "tags[]", None, {"tags": []}),
        ({"l": [{"t": ["a", "b"]}, {"t": ["c"]}]}, "l.t", ["x", "y", "z"], {"l": [{"t": ["x", "y"]}, {"t": ["z"]}]}),
        (
            {"l": [{"t": [{"r": 1}, {"r": 2}]}, {"t": []}, {}]},
            "l.t.r",
            [3, 4, 5],
            {"l": [{"t": [{"r": 3}, {"r": 4}]}, {"t": []}, {"t": {"r": 5}}]},
        ),
    ],
)
def test_write(data: Any, path: str, value: Any, expected: Any) -> None:
    before = copy.deepcopy(data)
    assert write(data, path, value) == expected
    assert data == before


@pytest.mark.parametrize(
    ("data", "path", "value", "words"),
    [
        ({"a": "text"}, "a.b", 1, "expected an object around 'b', got a str"),
        ({"a": {}}, "a[0]", 1, "expected a list, got a dict"),
        ({"a": []}, "a[2]", 1, "at least 2 elements"),
        ({"l": [{}]}, "l.n", "x", "a list of values"),
        ({"l": [{"t": [1, 2]}, {"t": [3]}]}, "l.t", [1], "expected 3 values"),
        ({"l": ["text"]}, "l.n", ["x"], "expected an object"),
        ({"l": [{"k": "a"}]}, "l[k=a].k", "b", "no longer select the element"),
    ],
)
def test_a_write_against_the_shape_of_the_data_is_refused(data: Any, path: str, value: Any, words: str) -> None:
    with pytest.raises(NotConvertible, match=words):
        write(data, path, value)


NAMES = st.text("abc$:_1", min_size=1, max_size=2)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
BRACKETS = st.sampled_from(["", "", "[0]", "[k=true]", "[k=7]", "[k=x y]"])
PATHS = st.lists(st.tuples(NAMES, BRACKETS).map("".join), min_size=1, max_size=3).map(".".join)


@given(JSON, PATHS, SCALARS)
def test_what_is_written_is_read_and_the_input_stays(data: Any, path: str, value: Any) -> None:
    before = copy.deepcopy(data)
    try:
        after = write(data, path, value)
    except NotConvertible:
        assert data == before
        return
    assert data == before
    found = read(after, path)
    # Clearing along a list clears every element; it does not remove the list.
    assert found == value or (value is None and isinstance(found, list) and set(found) <= {None})


@given(st.lists(st.dictionaries(st.sampled_from("pq"), SCALARS), max_size=4), st.lists(SCALARS, min_size=1, max_size=4))
def test_values_along_a_list_are_read_back(lines: list[dict[str, Any]], values: list[Any]) -> None:
    after = write({"lines": lines, "other": 1}, "lines.n", values)
    assert read(after, "lines.n") == values
    assert after["other"] == 1
    assert [{**line, "n": None} for line in after["lines"]][: len(lines)] == [
        {**line, "n": None} for line in lines[: len(values)]
    ]


@given(st.dictionaries(NAMES, JSON, max_size=4), NAMES, NAMES, SCALARS)
def test_other_places_are_untouched(data: dict[str, Any], name: str, other: str, value: Any) -> None:
    after = write(data, name, value)
    assert all(after[key] == data[key] for key in data if key != name)
    assert other == name or read(after, other) == read(data, other)


@given(JSON, PATHS)
def test_reading_never_raises_on_data(data: Any, path: str) -> None:
    before = copy.deepcopy(data)
    read(data, path)
    assert data == before


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        ({"a": 1, "b": 2}, "a", {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, "a.b", {"a": {"c": 2}}),
        ({"a": [{"b": 1}, {"b": 2, "c": 3}, 4]}, "a.b", {"a": [{}, {"c": 3}, 4]}),
        ({"a": [[{"b": 1}]]}, "a[].b", {"a": [[{}]]}),
        ({"a": [1, 2]}, "a[]", {"a": []}),
        ({"a": [1, 2, 3]}, "a[1]", {"a": [1, 3]}),
        (META, "meta_data[key=other]", {"meta_data": META["meta_data"][1:]}),
        (META, "meta_data[key=other].value", {"meta_data": [{"id": 1, "key": "other"}, META["meta_data"][1]]}),
        ({"a": None}, "a.b.c", {"a": None}),
        ({"a": 1}, "b", {"a": 1}),
        ([], "a[0]", []),
    ],
)
def test_a_member_is_left_out(data: Any, path: str, expected: Any) -> None:
    before = copy.deepcopy(data)
    assert omit(data, path) == expected
    assert data == before


PARENTS = {
    "name": ("", "name"),
    "a.b.c": ("a.b", "a"),
    '"@odata.etag"': ("", "@odata.etag"),
    'a."b.c"': ("a", "a"),
    '"a.b".c[0].d': ('"a.b".c[0]', "a.b"),
    "items[key=x.y].email": ("items[key=x.y]", "items"),
    "lines[].name": ("lines[]", "lines"),
}


@pytest.mark.parametrize("path", PARENTS)
def test_the_parent_and_the_root_of_a_path(path: str) -> None:
    assert (parent_path(path), root_name(path)) == PARENTS[path]
