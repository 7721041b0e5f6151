from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from report_samples import hostile_results, large_results, results

from qa_sync.reports.formats import junit
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult

text = st.text(st.characters(), max_size=30)


def parsed(some: Results) -> ET.Element:
    return ET.fromstring(junit.render(some))  # noqa: S314 - our own text


@pytest.mark.parametrize("some", [results(), hostile_results(), large_results()])
def test_the_common_dialect_is_spoken(some: Results) -> None:
    import xmlschema  # noqa: PLC0415 - slow to load, and each worker loads all modules of tests

    xmlschema.XMLSchema(Path(__file__).parent / "junit.xsd").validate(junit.render(some))


@settings(deadline=None)
@given(text, text, st.sampled_from([Status.FAILED, Status.ERROR, Status.SKIPPED, Status.MANUAL]))
def test_any_text_is_legal_and_comes_back_visible(title: str, message: str, status: Status) -> None:
    check = CheckFinished("s", "k", "i", "create", title, 1, status, message=message)
    section = SectionResult("k", 1, title, 1, None, (check,))
    some = Results("live", "1", datetime(2025, 1, 1, tzinfo=UTC), 0, (SpecResult("s", title, (section,)),), ())
    case = parsed(some).find("testsuite/testcase")
    assert case is not None
    assert case.get("name") == escape_invisible(f"create: {title}", lines=True)
    reason = case.find("failure") or case[-1]
    assert (reason.get("message") or "").endswith(escape_invisible(message or status, lines=True))


def test_a_suite_a_section_and_a_case_a_check() -> None:
    suites = parsed(results()).findall("testsuite")
    assert [len(suite.findall("testcase")) for suite in suites] == [7, 5, 0]
    assert [suite.get("tests") for suite in suites] == ["7", "5", "0"]
    names = Counter((case.get("classname"), case.get("name")) for suite in suites for case in suite.findall("testcase"))
    assert max(names.values()) == 1


def test_verdicts_stand_apart() -> None:
    root = parsed(results())
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "12",
        "failures": "1",
        "errors": "1",
        "skipped": "3",
    }
    found = {
        case.get("name"): (reason.tag, reason.get("message"))
        for case in root.iter("testcase")
        for reason in case
        if reason.tag != "properties"
    }
    assert found == {
        "property: billing.email -> contact.email (inferred)": (
            "failure",
            "the value did not arrive within 120 s; looked 40 times",
        ),
        "update-backward: number -> ref (inferred)": (
            "skipped",
            "A has no endpoint that changes an order; it is written once and for all",
        ),
        "update-backward: note -> remark (inferred)": (
            "skipped",
            "A has no endpoint that changes an order; it is written once and for all",
        ),
        "condition: only sold orders": ("skipped", "manual: nobody told what 'Sold' means"),
        "unique: still one after further cycles": ("error", "B did not answer\n  hint: is it up?"),
    }


def test_a_failure_tells_all() -> None:
    failure = parsed(results()).find(".//failure")
    assert failure is not None
    assert failure.text == (
        "specs/shop.txt:13: the value did not arrive within 120 s; looked 40 times\n"
        'expected: "åse@example.test"\n'
        "actual: null\n"
        "record: A Customer c-17\n"
        "record: B Client 9001"
    )


def test_a_case_says_where_when_and_what() -> None:
    case = parsed(replace(results(), mode="live")).findall(".//testcase")[1]
    assert (case.get("file"), case.get("line"), case.get("time")) == ("specs/shop.txt", "13", "1.234")
    properties = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert (properties["kind"], properties["origin"]) == ("property", "inferred")


def test_a_suite_knows_the_run() -> None:
    suite = parsed(results()).findall("testsuite")[2]
    properties = {p.get("name"): p.get("value") for p in suite.findall("properties/property")}
    assert properties == {"seed": "7f3a", "mode": "replay", "spec": "specs/shop.txt", "line": "55", "duplicate_of": "1"}


@pytest.mark.parametrize(
    ("mode", "simulated", "name"),
    [
        ("replay", False, "recorded_latency_s"),
        ("replay", True, "simulated_latency_s"),
        ("sandbox", True, "simulated_latency_s"),
    ],
)
def test_times_that_did_not_pass_are_properties(mode: str, simulated: bool, name: str) -> None:
    tree = parsed(replace(results(), mode=mode, simulated=simulated))
    assert {case.get("time") for case in tree.iter("testcase")} == {"0.000"}
    assert {suite.get("time") for suite in tree.iter("testsuite")} == {"0.000"}
    case = tree.findall(".//testcase")[1]
    assert {p.get("name"): p.get("value") for p in case.iter("property")}[name] == "1.234"
