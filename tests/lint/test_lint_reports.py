"""The reports of lint: JSON and SARIF match their schemas, and text from specs is escaped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import qa_sync
from qa_sync.checklist.lint.lint_result import LintedSpec, LintResult
from qa_sync.dataflow.lint_codes import CODES, make_finding
from qa_sync.dataflow.model import Dataflow, Severity
from qa_sync.errors import SpecError
from qa_sync.location import Location
from qa_sync.reports.documents import lint_json, lint_text, sarif
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.page_options import OutputOptions


def validator(path: Path) -> Draft202012Validator:
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


LINT = validator(Path(qa_sync.__file__).parent / "schemas/lint-1.json")
SARIF = validator(Path(__file__).parent / "sarif-2.1.0-emitted.json")

text = st.text(st.characters(), max_size=30)
paths = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30)
line = st.integers(1, 10**6)
findings = st.builds(make_finding, st.sampled_from(list(CODES)), line, text)
problems = st.builds(
    lambda message, path, number, hint: SpecError(message, location=Location(path, number), hint=hint),
    text,
    paths,
    st.none() | line,
    st.none() | text,
)
results = st.builds(
    LintResult,
    st.lists(
        st.builds(lambda p, t, f: LintedSpec(Dataflow(p, t, "A", "B"), tuple(f)), paths, text, st.lists(findings)),
        max_size=3,
    ).map(tuple),
    st.lists(problems, max_size=2).map(tuple),
    st.sampled_from(Severity),
)


@given(results)
def test_every_result_matches_the_schema(result: LintResult) -> None:
    found = json.loads(lint_json.render(result))
    LINT.validate(found)
    assert [s["spec"] for s in found["specs"]] == [d.dataflow.path for d in result.documents]
    assert [[f["message"] for f in s["findings"]] for s in found["specs"]] == [
        [f.message for f in d.findings] for d in result.documents
    ]
    assert found["exit_code"] == result.exit_code
    assert sum(found["totals"].values()) == len(list(result.findings))


@given(results)
def test_every_result_is_sarif(result: LintResult) -> None:
    log = json.loads(sarif.render(result))
    SARIF.validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert [r["ruleId"] for r in run["results"]] == [f.code for f in result.findings]
    for found in run["results"]:
        rule = rules[found["ruleIndex"]]
        assert (rule["id"], rule["defaultConfiguration"]["level"]) == (found["ruleId"], found["level"])
        assert escape_invisible(found["message"]["text"]) == found["message"]["text"]


@given(results)
def test_every_finding_is_one_printable_line(result: LintResult) -> None:
    lines = lint_text.render(result).splitlines()
    assert len(lines) == len(list(result.findings)) + 1
    assert all(escape_invisible(shown) == shown for shown in lines)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(qa_sync: QaSync, width: int) -> None:
    assert qa_sync("lint", "specs").code == 0
    finding = make_finding("unknown-sentence", 7, "unknown sentence: " + "word " * 30)
    result = LintResult((LintedSpec(Dataflow("specs/a.rst", "T", "A", "B"), (finding, finding)),))
    folded = lint_text.render(result, OutputOptions(width)).splitlines()
    assert max(map(len, folded)) <= width
    assert [at for at, shown in enumerate(folded[:-1]) if shown.startswith("specs/a.rst:7: error: unk")] == [
        0,
        len(folded) // 2,
    ]
    assert " ".join(" ".join(folded).split()) == " ".join(lint_text.render(result).split())


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("specs/000.txt", "specs/000.txt"),
        ("a b/ø[1].rst", "a%20b/%C3%B8%5B1%5D.rst"),
        ("a:b.rst", "a%3Ab.rst"),
        ("50%.rst", "50%25.rst"),
        ("x?y#z.rst", "x%3Fy%23z.rst"),
        ("../up.rst", "../up.rst"),
        ("/tmp/a b.rst", "file:///tmp/a%20b.rst"),  # noqa: S108
        ("bad\udcff.rst", "bad%FF.rst"),
        ("-", "-"),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    assert sarif.uri_of(path) == uri


def test_text_from_a_spec_is_escaped(qa_sync: QaSync) -> None:
    log = json.loads(qa_sync("lint", "tests/lint/fixtures", "--format", "sarif").out)
    (message,) = [r["message"]["text"] for r in log["runs"][0]["results"] if r["ruleId"] == "unknown-sentence"]
    assert r"See [here]\(http://example.test/) and {{0}} or \x1b[31mred\u202e text." in message
    assert "{{a}}" in message


@pytest.mark.parametrize("folder", ["specs", "tests/dataflow/fixtures", "tests/lint/fixtures"])
def test_real_output_keeps_both_schemas(qa_sync: QaSync, folder: str) -> None:
    LINT.validate(json.loads(qa_sync("lint", folder, "--format", "json").out))
    SARIF.validate(json.loads(qa_sync("lint", folder, "--format", "sarif").out))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.update(version="2.0.0"),
        lambda log: log["runs"][0]["results"][0].pop("message"),
        lambda log: log["runs"][0]["results"][0]["message"].update(text="{0}"),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        lambda log: log["runs"][0]["results"][0].update(level="info"),
        lambda log: log["runs"][0]["invocations"][0].pop("executionSuccessful"),
    ],
)
def test_the_sarif_schema_rejects_invalid_logs(qa_sync: QaSync, spoil: Any) -> None:
    log = json.loads(qa_sync("lint", "specs", "--format", "sarif").out)
    SARIF.validate(log)
    spoil(log)
    assert not SARIF.is_valid(log)
