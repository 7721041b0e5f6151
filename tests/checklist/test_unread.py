"""Everything in a section either becomes a check or an `unread` check: variants of wording and of table notation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_caller import QaSync
from contact_documents import (
    CONTROL,
    EVERY,
    KEEP,
    MERGE,
    PROPS,
    A,
    B,
    claims,
    compiled,
    csv_table,
    grid_table,
    list_table,
    simple_table,
    spec,
)

from qa_sync.checklist.keyword_expression import keyword_matcher
from qa_sync.checklist.selection import Selection, select
from qa_sync.checklist.unread import UNREAD

READ = {
    "options in another order": list_table(options=":header-rows: 1\n   :widths: 1 1 1"),
    "without widths": list_table(options=":header-rows: 1"),
    "with a class": list_table(options=":class: wide\n   :header-rows: 1\n   :stub-columns: 1"),
    **{f"bullets {row} {cell}": list_table(row, cell) for row in "*+-" for cell in "*+-"},
    "grid table": grid_table(),
    "grid table with a title": ".. table:: Properties\n\n"
    + "\n".join(f"   {line}" for line in grid_table().split("\n")),
    "simple table": simple_table(),
    "csv table": csv_table(),
    "csv table with semicolons": csv_table(":header-rows: 1\n   :delim: ;", ";"),
}
"""Notations that docutils reads as the same table."""

WORDINGS = {
    "an for a": [EVERY.replace("with a", "with an"), KEEP.replace("and a", "and an"), PROPS.replace("and a", "and an")],
    "wrapped": [EVERY.replace(" with", "\nwith"), KEEP.replace(" the two", "\nthe two"), PROPS],
    "two blanks": [EVERY.replace(" be ", "  be "), KEEP, PROPS],
}
"""Wordings that say the same."""

UNREADABLE = {
    "british spelling": EVERY.replace("synchronized", "synchronised"),
    "another verb": EVERY.replace("synchronized with", "copied to"),
    "no full stop": EVERY.removesuffix("."),
    "plural": EVERY.replace("Every", "All"),
    "negated": EVERY.replace("will be", "will not be"),
    "keep in other words": "Changes on either side reach the other side.",
    "two sentences on a line": f"{EVERY} Deleted contacts are archived.",
    "a bullet list": "- Contacts are archived.",
    "a numbered list": "1. Contacts are archived.",
    "a block quote": "   Contacts are archived.",
    "a note": ".. note:: Contacts are archived.",
    "an image": ".. image:: contacts.png",
    "a footnote": ".. [1] Contacts are archived.",
    "an included file": ".. include:: more.txt",
    "a line of punctuation": "----------",
    "a literal block": "Contacts::\n\n   are archived",
    "a definition": "Contacts\n   are archived",
    "a field": ":contacts: archived",
    "a second property table": list_table(),
    "a table of four columns": list_table()
    .replace(' "string"', ' "string"\n     - x')
    .replace("Type", "Type\n     - x"),
    "a row with a cell too many": list_table() + "\n     - more",
    "a row with a cell missing": list_table() + "\n   * - info.name.last\n     - lastName",
    "a row without a target": list_table() + '\n   * - info.name.last\n     -\n     - "string"',
    "a csv table of a file": ".. csv-table::\n   :file: rows.csv",
    "a csv table of a url": ".. csv-table::\n   :url: http://127.0.0.1:9/rows.csv",
    "a grid table with merged cells": "+---+---+\n| a | b |\n+---+---+\n| c     |\n+-------+",
    "a broken grid table": "+---+---+\n| a | b\n+---+---+",
    "a directive with one colon": list_table().replace("::", ":", 1),
    "another section": "Notes\n-----\n\nContacts are archived.",
}
"""What no form of the family states; each is appended to a section that is otherwise complete."""


@pytest.mark.parametrize("table", READ.values(), ids=READ)
def test_every_notation_of_a_table_is_read(table: str) -> None:
    assert claims(compiled(spec(EVERY, KEEP, PROPS, table))) == CONTROL


@pytest.mark.parametrize("sentences", WORDINGS.values(), ids=WORDINGS)
def test_equivalent_wordings_are_parsed(sentences: list[str]) -> None:
    assert claims(compiled(spec(*sentences, list_table()))) == CONTROL


def _positions(extra: str) -> Iterator[str]:
    yield spec(EVERY, KEEP, PROPS, list_table(), extra)
    if not extra.startswith(("Notes", ".. list-table")):
        yield spec(EVERY, extra, KEEP, PROPS, list_table())


@pytest.mark.parametrize("extra", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_not_understood_is_an_error_at_its_line(extra: str) -> None:
    for text in _positions(extra):
        checks = [c for plan in compiled(text).sections for c in plan.checks if c.kind == UNREAD]
        assert checks
        assert all(c.error and c.error.text.startswith("not understood: ") for c in checks)
        begin = text[: text.rindex(extra)].count("\n") + 1
        assert all(begin <= c.line <= begin + extra.count("\n") for c in checks)


@pytest.mark.parametrize("table", [".. csv-table::\n   :file: rows.csv", "+---+---+\n| a | b\n+---+---+", "| a | b |"])
def test_a_table_that_is_not_read_never_leads_to_inferred_pairs(table: str) -> None:
    (plan,) = compiled(spec(EVERY, KEEP, PROPS, table)).sections
    assert plan.pairs == ()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        (
            (
                f"If a matching {B} already exists, the {A} will be merged with the existing one. "
                f"If no matching {B} is found, a new {B} will be created."
            ),
            "matching",
        ),
        (MERGE, "merge"),
    ],
)
def test_matching_without_a_criterion_row_is_a_manual_check(sentence: str, kind: str) -> None:
    checks = [c for plan in compiled(spec(EVERY, sentence, KEEP, PROPS, list_table())).sections for c in plan.checks]
    assert [c.line for c in checks if c.kind == kind and c.manual] == [10]


def test_a_comment_is_not_a_statement() -> None:
    text = spec(EVERY, ".. Contacts are archived.", KEEP, PROPS, list_table())
    assert claims(compiled(text)) == CONTROL


def test_no_filter_leaves_it_out() -> None:
    checklist = compiled(spec(EVERY, KEEP, PROPS, list_table(), "Contacts are archived."))
    (unread,) = (c.id for plan in checklist.sections for c in plan.checks if c.kind == UNREAD)
    for selection in (
        Selection(kinds=("create",)),
        Selection(keywords=keyword_matcher("create")),
        Selection(sections=("1",)),
        Selection(kinds=("create",), shard=(1, 1)),
    ):
        assert ("contacts.txt", unread) in select([checklist], selection)


NOT_READ = spec(EVERY, KEEP, "Contacts are archived.", PROPS, list_table())


def test_a_run_ends_with_3_and_shows_the_line(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "contacts.txt"
    path.write_text(NOT_READ, encoding="utf-8")
    report = tmp_path / "results.json"
    words = ("--mode", "sandbox", "--no-history", "--kind", "create", "--report", f"json={report}")
    got = qa_sync("check", str(path), *words)
    assert got.code == 3
    assert "Contacts are archived." in got.out
    checks = json.loads(report.read_text())["specs"][0]["sections"][0]["checks"]
    assert [(c["kind"], c["line"], c["status"]) for c in checks] == [("unread", 12, "error"), ("create", 8, "passed")]
    assert "not understood" in got.out


@pytest.mark.parametrize("table", ["list table", "grid table"])
def test_another_article_and_another_table_hide_no_broken_promise(qa_sync: QaSync, tmp_path: Path, table: str) -> None:
    path = tmp_path / "contacts.txt"
    sentences = [sentence.replace(f"a {B}", f"an {B}") for sentence in (EVERY, KEEP, PROPS)]
    path.write_text(spec(*sentences, list_table() if table == "list table" else READ["grid table"]), encoding="utf-8")
    words = ("--mode", "sandbox", "--no-history", "-q", "--kind", "create", "--kind", "update-backward")
    assert qa_sync("check", str(path), *words).code == 0
    broken = qa_sync("check", str(path), *words, "--fault", "one-way")
    assert broken.code == 1
    assert "update-backward" in broken.out


def test_a_sync_rejects_the_spec(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "contacts.txt"
    path.write_text(NOT_READ, encoding="utf-8")
    settings = '[systems."Wix.com"]\nurl = "http://127.0.0.1:9"\n[systems.Customerp]\nurl = "http://127.0.0.1:9"\n'
    (tmp_path / "qa-sync.toml").write_text(settings, encoding="utf-8")
    got = qa_sync("sync", str(path), "--config", str(tmp_path / "qa-sync.toml"), "--yes")
    assert got.code == 2
    assert f"{path}:12: unknown sentence: 'Contacts are archived.'" in got.err
