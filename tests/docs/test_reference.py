"""The generated reference has everything that the code has: each key, option, code, kind, fault and property."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from cli_caller import ROOT
from doc_options import HELP, every_command, every_option
from doc_pages import DOCS
from reference.commands import every_command as commands_with_names
from reference.commands import exit_codes_of
from reference.connectors import OBJECTS
from reference.expressions import described_filters
from reference.schemas import every_schema, objects_of
from reference.settings import KEYS
from reference.table import CONTENTS

from qa_sync.checklist.kinds import KINDS
from qa_sync.checklist.reasons import MEANINGS
from qa_sync.cli.variables import VARIABLES
from qa_sync.dataflow.lint_codes import CODES
from qa_sync.settings.keys import TABLES, TOP
from qa_sync.settings.schema import settings_schema
from qa_sync.sync.faults.table import FAULTS
from qa_sync.systems.connectors.card_keys import CONVERSIONS, ENTITY_KEYS, PROPERTY_KEYS
from qa_sync.systems.connectors.validation.operation_checks import COMMON_MISTAKES
from qa_sync.systems.templates.filters import FILTERS
from qa_sync.systems.templates.names import NAMES
from qa_sync.values import canonical

ROW = re.compile(r"^   \* - ``([^`]+)``$", re.MULTILINE)


def rows(name: str) -> list[str]:
    """Return what the rows of a generated table begin with."""
    return ROW.findall(CONTENTS[name]())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lint-codes", CODES),
        ("faults", FAULTS),
        ("reasons", MEANINGS),
        ("conversions", CONVERSIONS),
        ("entity-keys", ENTITY_KEYS),
        ("property-keys", PROPERTY_KEYS),
        ("variables", VARIABLES),
        ("names", NAMES),
        ("filters", {**FILTERS, "decode_jwt": None}),
    ],
)
def test_a_table_has_every_row(name: str, expected: Mapping[str, object]) -> None:
    assert rows(name) == list(expected)


def test_every_settings_key_has_a_row() -> None:
    assert list(KEYS) == list(TABLES)
    assert rows("settings") == [*TOP, *(key for name in TABLES for key in KEYS[name][1])]
    assert set(settings_schema()["properties"]) == {*TOP, *TABLES}


def test_every_command_and_option_has_an_entry() -> None:
    text = CONTENTS["commands"]()
    programs = re.findall(r"^\.\. program:: qa-sync ?(.*)$", text, flags=re.MULTILINE)
    assert sorted(programs) == sorted(name for name, _ in every_command())
    listed = {word for line in re.findall(r"^\.\. option:: (.*)$", text, re.MULTILINE) for word in line.split(", ")}
    assert {word.partition(" ")[0] for word in listed} | HELP == every_option()


def test_every_kind_has_a_section_with_steps() -> None:
    text = CONTENTS["kinds"]()
    assert re.findall(r"^([a-z-]+)\n-+$", text, flags=re.MULTILINE) == list(KINDS)
    assert len(re.findall(r"^#\. ", text, flags=re.MULTILINE)) == sum(len(kind.steps) for kind in KINDS.values())


def test_every_conversion_that_a_card_can_name_exists() -> None:
    assert set(CONVERSIONS) == set(canonical.CONVERSIONS)


@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: one.title)
def test_every_followed_key_of_the_format_is_described(one: object) -> None:
    keys, descriptions = one.keys, one.descriptions  # type: ignore[attr-defined]
    followed = set(keys.read) - COMMON_MISTAKES.keys()
    assert followed <= descriptions.keys()


def test_no_description_is_of_a_key_that_is_not_followed() -> None:
    followed = {key for one in OBJECTS for key in one.keys.read}
    assert {key for one in OBJECTS for key in one.descriptions} <= followed


def test_every_property_of_every_schema_is_described() -> None:
    found = [(name, title, one) for name, schema in every_schema() for title, one in objects_of(schema)]
    assert len(found) > 20
    without = [
        f"{name}: {title}: {key}"
        for name, title, one in found
        for key, value in one["properties"].items()
        if not value.get("description")
    ]
    assert without == []


def test_the_exit_codes_of_check_are_read_from_its_help() -> None:
    codes = {name: dict(exit_codes_of(command)) for name, command in commands_with_names()}
    assert set(codes["qa-sync check"]) == {"0", "1", "2", "3"}
    assert all(set(numbers) <= {"0", "1", "2", "3"} and all(numbers.values()) for numbers in codes.values())


def test_every_filter_is_described() -> None:
    assert [name for name, text in described_filters() if len(text) < len("A text.")] == []


def test_every_variable_and_name_is_used_by_the_code() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "qa_sync").rglob("*.py")]
    text = "\n".join(
        source for source in sources if "VARIABLES: Mapping" not in source and "NAMES: Final" not in source
    )
    proxies = {"HTTP_PROXY", "ALL_PROXY", "HTTPS_PROXY", "NO_PROXY"}  # read by `urllib.request.getproxies`
    assert "getproxies" in text
    assert [name for name in VARIABLES if name not in proxies and name not in text] == []
    assert [name for name in NAMES if f'"{name}"' not in text] == []


def test_every_generated_part_is_on_one_page() -> None:
    used = [
        name
        for page in DOCS.rglob("*.rst")
        for name in re.findall(r"^\.\. generated:: (\S+)$", page.read_text(), re.MULTILINE)
    ]
    assert sorted(used) == sorted(CONTENTS)
