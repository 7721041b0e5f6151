"""Every check that no scenario decides has a stable code beside its text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from people_api import write_connector, write_settings
from test_every_pair_of_systems import ORDERS, PAIRS, spec, statement_sets

import qa_sync
from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.reasons import MEANINGS, Reason, ReasonCode, combined
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.modes.documents import connectors_of, known_connectors_of
from qa_sync.reports.documents import checklist_json
from qa_sync.settings.read import load_settings

SCHEMA = json.loads((Path(qa_sync.__file__).parent / "schemas/checklist-1.json").read_text())


def test_the_schema_and_the_reference_have_every_code() -> None:
    assert SCHEMA["$defs"]["check"]["properties"]["reason_code"]["enum"] == list(ReasonCode)
    assert list(MEANINGS) == list(ReasonCode)


@pytest.mark.parametrize(("source", "target"), PAIRS[::3])
def test_exactly_the_undecided_checks_have_a_code(source: str, target: str) -> None:
    cards = {
        label: connector.cards
        for label, connector in connectors_of([read_dataflow(spec(source, target, (0,), ()), "pair.txt")]).items()
    }
    undecided = 0
    for order, statements in [(o, s) for o in ORDERS for s in statement_sets()][::13]:
        dataflow = read_dataflow(spec(source, target, order, statements), "pair.txt")
        rendered = json.loads(checklist_json.render([compile_checklist(dataflow, cards, "seed")]))
        Draft202012Validator(SCHEMA).validate(rendered)
        for check in (check for section in rendered["sections"] for check in section["checks"]):
            reasons = [check.get(word) for word in ("skip", "manual", "error") if check.get(word)]
            assert len(reasons) == ("reason_code" in check), check
            undecided += len(reasons)
    assert undecided


SECTION = """\
{title}
{line}

{source} to {target}
{under}
{statement}

The following properties are synchronized between a {source} and a {target}:

.. list-table::
   :header-rows: 1

   * - {source} Property
     - {target} Property
     - {label} Data Type
{rows}
"""

RECORD_KINDS = ("create", "unique", "property")
NAME_ROW = '   * - name\n     - name\n     - "string"\n'
COUNT_ROW = '   * - count\n     - count\n     - "integer"\n'


EVERY = "Every {source} will be synchronized with a {target}."
OF_TYPE = "When a {source} is of type Agent, it will be synchronized with a {target}."


@pytest.mark.parametrize(
    ("ends", "table", "expected"),
    [
        (("Alpha Person", "Gamma Person"), (NAME_ROW, EVERY), {"every": "no-connector", "props": "no-connector"}),
        (("Alpha Perzon", "Beta Person"), (NAME_ROW, EVERY), {"every": "unknown-entity", "props": "unknown-entity"}),
        (("Alpha Person", "Beta Person"), ("", EVERY), {"create": "no-pairs", "unique": "no-pairs"}),
        (("Alpha Person", "Beta Person"), (COUNT_ROW, EVERY), dict.fromkeys(RECORD_KINDS, "no-identifying-property")),
        (
            ("Alpha Person", "Beta Person"),
            (NAME_ROW, OF_TYPE),
            dict.fromkeys((*RECORD_KINDS, "condition"), "no-condition"),
        ),
        (("Alpha Person", "Reader Person"), (NAME_ROW, EVERY), dict.fromkeys(RECORD_KINDS, "cannot-insert")),
        (("Alpha Person", "Odd Person"), (NAME_ROW, EVERY), dict.fromkeys(RECORD_KINDS, "unsupported-insert")),
    ],
)
def test_the_code_says_why(
    tmp_path: Path, ends: tuple[str, str], table: tuple[str, str], expected: Mapping[str, str]
) -> None:
    (source, target), (rows, statement) = ends, table
    settings = write_settings(tmp_path, "http://127.0.0.1:1", _more_systems())
    for name in ("alpha", "beta", "reader", "odd"):
        write_connector(tmp_path / name)
    _without_insert(tmp_path / "reader")
    _with_odd_body(tmp_path / "odd")
    title = f"{source.split(maxsplit=1)[0]} to {target.split(maxsplit=1)[0]} Dataflow"
    heading = f"{source} to {target}"
    text = SECTION.format(
        title=title,
        line="=" * len(title),
        under="-" * len(heading),
        source=source,
        target=target,
        label=target.split(maxsplit=1)[0],
        rows=rows,
        statement=statement.format(source=source, target=target),
    )
    dataflow = read_dataflow(text, "spec.txt")
    config = load_settings(settings)
    cards = {label: one.cards for label, one in known_connectors_of([dataflow], config).items()}
    checks = compile_checklist(dataflow, cards, "seed", settings=config).sections[0].checks
    assert {check.kind: check.reason.code for check in checks if check.reason} == expected


def _more_systems() -> str:
    return "".join(
        f'\n[systems.{label}]\nconnector = "{label.casefold()}"\nurl = "http://127.0.0.1:1"\n'
        'secrets = { api_key = "$PEOPLE_KEY" }\n'
        for label in ("Reader", "Odd")
    )


def _without_insert(folder: Path) -> None:
    path = folder / "templates/system.json"
    system = json.loads(path.read_text())
    system["operations"].pop("person-insert", None)
    path.write_text(json.dumps(system))


def _with_odd_body(folder: Path) -> None:
    path = folder / "templates/person.json"
    pipes = json.loads(path.read_text())
    share = next(pipe for pipe in pipes if pipe["_id"].endswith("-share"))
    rule = {"type": "dtl", "rules": {"default": [["add", "$payload", ["hops", {"datasets": ["x y"]}]]]}}
    steps = share["transform"]
    share["transform"] = [rule, *(steps if isinstance(steps, list) else [steps])]
    path.write_text(json.dumps(pipes))


def test_reasons_of_one_kind_keep_their_code() -> None:
    one = Reason(ReasonCode.CANNOT_INSERT, "no insert")
    assert combined("no link", [one, one], ReasonCode.NOT_LINKABLE) == Reason(one.code, "no link: no insert; no insert")
    other = Reason(ReasonCode.NO_CRITERION, "no row")
    assert combined("no link", [one, other], ReasonCode.NOT_LINKABLE).code is ReasonCode.NOT_LINKABLE
