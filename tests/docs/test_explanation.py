"""What the pages of `docs/explanation` say of the code is what the code does."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping

import pytest
from automation import PROJECT
from cli_caller import ROOT

from qa_sync.checklist.kinds import KINDS
from qa_sync.cli.main import COMMANDS
from qa_sync.dataflow.model import StatementKind
from qa_sync.modes.triggers.table import TRIGGERS
from qa_sync.running.claims.deadlines import CYCLES_TO_REST
from qa_sync.running.edits.pauses import PAUSE_S
from qa_sync.running.environment import Environment
from qa_sync.running.events import Status
from qa_sync.running.polling import GROWTH, LONGEST_PAUSE_S
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector

FOLDER = ROOT / "docs/explanation"
SYSTEMS = ("wix", "woocommerce", "customerp", "customwebshop")
TABLES: Mapping[str, tuple[str, ...]] = {
    "Persons and customers": ("contacts", "customer", "contact", "customer"),
    "Products": ("products", "product", "product", "product"),
    "Orders": ("orders", "order", "order", "order"),
}
"""The tables of the mapping, each with the datatype of each system."""


def page(name: str) -> str:
    return (FOLDER / f"{name}.rst").read_text(encoding="utf-8")


def flat(name: str) -> str:
    return " ".join(page(name).split())


def rows(name: str, heading: str) -> list[list[str]]:
    """Return the rows of the first csv-table below a heading."""
    text = page(name)
    below = text[re.search(rf"^{re.escape(heading)}\n[-~]+$", text, re.MULTILINE).end() :]  # type: ignore[union-attr]
    body = re.search(r"\.\. csv-table::\n(?:   :.*\n)+\n((?:   .*\n)+)", below)
    assert body, (name, heading)
    return list(csv.reader([line.strip() for line in body[1].splitlines()], skipinitialspace=True))


@pytest.fixture(scope="module")
def cards() -> Mapping[str, Mapping[str, EntityCard]]:
    return {name: load_connector(builtin_folder(name)).cards for name in SYSTEMS}


@pytest.mark.parametrize("heading", TABLES)
def test_the_mapping_shows_the_paths_that_the_entity_cards_have(
    heading: str, cards: Mapping[str, Mapping[str, EntityCard]]
) -> None:
    seen = 0
    for concept, *cells in rows("mapping", heading):
        for system, datatype, cell in zip(SYSTEMS, TABLES[heading], cells, strict=True):
            for found in (p for p in cards[system][datatype].properties.values() if p.concept == concept):
                last = re.split(r"\.(?![^\[]*\])", found.path)[-1]
                assert re.search(rf"[`.]{re.escape(last)}(?:``|\[)", cell), (concept, system, found.path, cell)
                seen += 1
    assert seen > 20


def test_the_design_names_every_command() -> None:
    named = {name for row in rows("design", "Command line") for name in re.findall(r"``(\w+)``", row[0])}
    assert named == set(COMMANDS)


def test_the_schemas_are_those_of_the_package() -> None:
    for name in re.findall(r"qa-sync/(\w+/\d)", page("design")):
        assert (ROOT / f"qa_sync/schemas/{name.replace('/', '-')}.json").is_file()


def test_verdicts_has_each_status_and_each_statement() -> None:
    text = page("verdicts")
    assert re.findall(r"^``(\w+)``$", text, re.MULTILINE) == [str(status) for status in Status]
    table = " ".join(row[0] for row in rows("verdicts", "From statements to checks"))
    named = {"merge-if": "merge table", "props": "property table"}
    assert [kind for kind in StatementKind if named.get(kind, kind) not in table] == []


def test_verdicts_names_every_kind_of_check() -> None:
    assert [kind for kind in KINDS if f"``{kind}``" not in page("verdicts")] == []


def timing() -> Iterator[tuple[str, str]]:
    fields, defaults = reversed(Environment.__struct_fields__), reversed(Environment.__struct_defaults__)
    timeout = dict(zip(fields, defaults, strict=False))["timeout_s"]
    yield "waiting", f"``timeout`` ({timeout:g} s)"
    yield "waiting", f"up to {LONGEST_PAUSE_S:g} s"
    yield "waiting", f"a pause of {PAUSE_S:g} s between"
    yield "waiting", {2: "completed two cycles"}[CYCLES_TO_REST]
    yield "waiting", {1.5: "half as long again"}[GROWTH]


@pytest.mark.parametrize(("name", "said"), list(timing()))
def test_waiting_has_the_figures_of_the_code(name: str, said: str) -> None:
    assert said in flat(name)


def test_waiting_names_every_trigger() -> None:
    assert [str(trigger) for trigger in TRIGGERS if f"``{trigger}``" not in page("waiting")] == []


def test_every_dependency_is_on_the_page_of_libraries() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    others = [needed for name in extras if name not in {"lint", "docs", "test"} for needed in extras[name]]
    names = {re.split(r"[<>=\[]", needed)[0] for needed in (*PROJECT["project"]["dependencies"], *others)}
    text = page("libraries").casefold()
    spelled = {"ibis-framework": "ibis", "pyspark": "spark"}
    assert sorted(name for name in names if spelled.get(name, name) not in text) == []


@pytest.mark.parametrize("name", ["customerp", "custom-webshop"])
def test_an_invented_system_is_called_so(name: str) -> None:
    assert re.search(r"\*\*[\w ]+ is an invented system", page(f"vendors/{name}"))


@pytest.mark.parametrize("name", ["wix", "woocommerce", "real-systems"])
def test_a_vendors_page_says_what_was_measured_and_has_public_sources(name: str) -> None:
    text = page(f"vendors/{name}")
    assert "measured" in text
    assert len(set(re.findall(r"https://[\w./-]+", text))) > 2
