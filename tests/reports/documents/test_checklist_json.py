"""Checklists as JSON have the same bytes as those of the standard library: indented, in ASCII."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.reports.documents import checklist_json

SPEC = """\
=======================
Alpha to Beta Dataflow
=======================

Alpha Person to Beta Person
---------------------------
Every Alpha Person will be synchronized with a Beta Person.
"""


@pytest.mark.parametrize(
    "text", ["plain", 'quotes " \\ / and \t \n \x01 \x7f', "Ærø \u2028 \u0301", "🇳🇴 \U0001f4a5", "caf\udce9.txt", ""]
)
@pytest.mark.parametrize("count", [1, 2])
def test_any_text(text: str, count: int) -> None:
    checklist = compile_checklist(read_dataflow(SPEC, "spec.txt"), {}, "seed")
    named = replace(checklist, seed=text, dataflow=replace(checklist.dataflow, path=text, title=text))
    rendered = checklist_json.render([named] * count)
    assert rendered == json.dumps(json.loads(rendered), indent=2) + "\n"
    assert rendered.isascii()
    first = json.loads(rendered)[0] if count > 1 else json.loads(rendered)
    assert (first["spec"], first["title"], first["seed"]) == (text, text, text)
