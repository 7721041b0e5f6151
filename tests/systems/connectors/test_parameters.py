"""What stands between `{{@` and `@}}`, and conditional members.

Source: docs/explanation/connector-format-facts.rst, "The system" and "Expansion".
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from folder_vendor import load

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.parameters import (
    datatype_variables,
    expand_parameters,
    resolve_conditions,
    unresolved_conditions,
)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('"{{@ x @}}/{{@x@}}"', '"X/X"'),
        ('"a{{@ nobody @}}b"', '"ab"'),
        ('"{{ x }}{% if x %}y{% endif %}"', '"{{ x }}{% if x %}y{% endif %}"'),
        ('["{{@ yes @}}", "{{@ no @}}"]', "[true, false]"),
        ('"is {{@ yes @}}"', '"is true"'),
        ('"{{@ yes @}} it is"', '"true it is"'),
        ('"{{@ x | lower @}}{{@ nobody @}}"', '"x"'),
        ('"{{% if yes %}}on{{% else %}}off{{% endif %}}"', '"on"'),
        ('"a{# remark #}b"', '"ab"'),
        ('"{{@ number @}}"', '"5"'),
    ],
)
def test_expansion(text: str, want: str) -> None:
    assert expand_parameters(text, {"x": "X", "yes": True, "no": False, "number": 5}) == want


def test_a_wrong_expansion_is_reported() -> None:
    with pytest.raises(ConnectorError, match="cannot be expanded"):
        expand_parameters("{{@ x + @}}", {})


def test_names_alone_cost_no_template_engine() -> None:
    code = (
        "import sys; from qa_sync.systems.connectors.parameters import expand_parameters; "
        "expand_parameters('{{@ a @}} {{ b }}', {'a': True}); print('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_parameters_leak_onwards_and_a_parent_does_not() -> None:
    manifest = {
        "additional_parameters": {"base_url": {}},
        "datatypes": {"a": {"parameters": {"p": 1, "q": 1}}, "b": {"parent": "a", "parameters": {"p": 2}}, "c": {}},
    }
    deployed = ("account_id", "base_url", "service_url", "token_url")
    common = {"system": "s", **{name: f"$ENV({name})" for name in deployed}}
    assert dict(datatype_variables("s", manifest)) == {
        "a": {**common, "datatype": "a", "p": 1, "q": 1},
        "b": {**common, "datatype": "b", "parent": "a", "p": 2, "q": 1},
        "c": {**common, "datatype": "c", "p": 2, "q": 1},
    }


CHOICE: dict[str, Any] = {
    "kept": 1,
    "url": "x",
    "deep": [
        {"$conditional_properties": {"condition": True, "alternatives": {"true": {"a": {"b": 1}}}}, "a": {"c": 2}}
    ],
    "$conditional_properties": {"condition": "$ENV(at)", "alternatives": {"home": {"url": "h"}, "away": {"url": "w"}}},
}


@pytest.mark.parametrize(("at", "url"), [("home", "h"), ("away", "w"), ("else", "x")])
def test_an_alternative_replaces_what_is_beside_it_and_nothing_deeper(at: str, url: str) -> None:
    assert resolve_conditions(CHOICE, {"at": at}) == {"kept": 1, "url": url, "deep": [{"a": {"b": 1}}]}


def test_a_choice_that_no_one_can_make_is_reported_with_its_place() -> None:
    assert list(unresolved_conditions(CHOICE, {})) == [("$conditional_properties", "at")]
    assert list(unresolved_conditions({"a": [CHOICE]}, {"at": 1})) == []
    assert list(unresolved_conditions({"a": [CHOICE]}, {})) == [("a[0].$conditional_properties", "at")]


def test_a_system_template_may_use_what_the_manifest_declares() -> None:
    assert load("paging").service.url_pattern == "$ENV(base_url)/v1/%s"
