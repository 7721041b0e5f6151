"""CONTRIBUTING.rst: the files that it names are there, and its examples do what it says when they are put in place."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest
from cli_caller import ROOT, QaSync
from doc_pages import page_of

from qa_sync.checklist import compiler
from qa_sync.dataflow import lint, lint_codes
from qa_sync.dataflow.model import Severity, StatementKind
from qa_sync.reports.formats.table import FORMATS
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.faults.table import FAULTS
from qa_sync.sync.faults.values.altered_values import altering

PAGE = page_of(ROOT / "CONTRIBUTING.rst")
NAMED = re.compile(r"``((?:\.ci|docs|findings|qa_sync|specs|tests)/[\w./-]*\w)/?``")
MADE = {example.file: example for example in PAGE.examples if example.file}

Patch = pytest.MonkeyPatch


def module(path: str) -> ModuleType:
    """Return the example as the module that its path says, without a file."""
    made = ModuleType(path.removesuffix(".py").replace("/", "."))
    exec(compile(MADE[path].text, f"CONTRIBUTING.rst:{MADE[path].line}", "exec"), made.__dict__)  # noqa: S102
    return made


def add_check(patch: Patch) -> None:
    row = (StatementKind.EVERY, module("qa_sync/checklist/scenarios/lasting.py").lasting)
    patch.setattr(compiler, "SCENARIOS", (*compiler.SCENARIOS, row))


def add_report(patch: Patch) -> None:
    made = module("qa_sync/reports/formats/tally.py")
    patch.setitem(sys.modules, made.__name__, made)
    patch.setitem(FORMATS, "tally", made.__name__)


def add_rule(patch: Patch) -> None:
    rule = module("qa_sync/dataflow/lint.py").many_criteria
    code = lint_codes.Code(Severity.WARNING, "A merge table has more than four alternatives.")
    patch.setitem(lint_codes.CODES, "many-criteria", code)
    patch.setattr(lint, "SECTION_RULES", (*lint.SECTION_RULES, rule))


def add_fault(patch: Patch) -> None:
    change = module("qa_sync/sync/faults/values/capitals.py").capitals
    patch.setitem(FAULTS, "capitals", Fault("capitals", "Text is written in capitals.", altering(change)))


SHOWN: Mapping[str, Callable[[Patch], None]] = {
    "tests/checklist/test_lasting.py": add_check,
    "tests/reports/formats/test_tally.py": add_report,
    "tests/dataflow/test_many_criteria.py": add_rule,
    "tests/faults/test_capitals.py": add_fault,
}
"""The tests that the page shows, each with what puts the example before it in place."""


def run_tests(path: str, qa_sync: QaSync) -> int:
    """Run the tests of an example, and return how many there are."""
    tests: list[Any] = [thing for name, thing in vars(module(path)).items() if name.startswith("test_")]
    for test in tests:
        test(*(qa_sync for _ in range(test.__code__.co_argcount)))
    return len(tests)


@pytest.mark.parametrize("path", SHOWN)
def test_the_shown_test_passes_with_the_example_in_place(
    path: str, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    SHOWN[path](monkeypatch)
    assert run_tests(path, qa_sync) == 1


@pytest.mark.parametrize("path", SHOWN)
def test_the_shown_test_fails_without_it(path: str, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(AssertionError):
        run_tests(path, qa_sync)


def test_every_example_that_is_a_test_is_run() -> None:
    assert {path for path in MADE if path.startswith("tests/")} == set(SHOWN)


def test_what_is_named_is_there() -> None:
    named = set(NAMED.findall(PAGE.text))
    assert len(named) >= 18
    assert [path for path in sorted(named) if not (ROOT / path.replace("NAME", "wix")).exists()] == []


def test_the_lines_go_into_tables_that_are_there() -> None:
    tables = re.findall(r"``([A-Z_]+)`` of\s+``(qa_sync/[\w/.]+)``", PAGE.text)
    assert len(tables) == 5
    for table, path in tables:
        assert re.search(rf"^{table}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (table, path)


def test_the_shown_connector_is_sound(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (call,) = re.findall(r"^   qa-sync (connectors check .*)$", PAGE.text, re.MULTILINE)
    assert qa_sync(*call.split()).code == 0


def test_the_map_shows_each_folder() -> None:
    folders = {path.name for path in (ROOT / "qa_sync").iterdir() if (path / "__init__.py").is_file()}
    shown = set(re.findall(r"^   qa_sync/(\w+) ", PAGE.text, re.MULTILINE))
    assert shown | {"settings", "pytest_plugin"} == folders | {"settings", "pytest_plugin"}
