from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from report_samples import checklist, events, hostile_results, large_results, results

import qa_sync
from qa_sync.dataflow.model import Origin
from qa_sync.errors import UnknownName, UsageError
from qa_sync.reports.documents import checklist_json
from qa_sync.reports.formats import ndjson
from qa_sync.reports.formats import results_json as report
from qa_sync.reports.formats import table as formats
from qa_sync.reports.formats.results_json_reader import LONGEST, parse
from qa_sync.running.events import CheckFinished, Leftover, RecordRef, Status
from qa_sync.running.results import Recording, Results, SectionResult, SpecResult
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.comparison.compare import Difference

SCHEMAS = Path(qa_sync.__file__).parent / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


RESULTS = validator("results-1.json")
CHECKLIST = validator("checklist-1.json")

text = st.text(st.characters(), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
lines = st.integers(1, 10**6)
exchanges = st.builds(ExchangeSummary, text, text, text, text, st.none() | st.integers(100, 599), text)
latencies = st.none() | st.floats(0, 1e6) | st.integers(0, 100)


@st.composite
def some_results(draw: st.DrawFn) -> Results:
    specs = []
    for spec in draw(st.lists(text, max_size=2)):
        sections = []
        for key in draw(st.lists(text, max_size=2)):
            check = st.builds(
                CheckFinished,
                st.just(spec),
                st.just(key),
                text,
                text,
                text,
                lines,
                st.sampled_from(Status),
                st.none() | st.sampled_from(Origin),
                st.none() | text,
                values,
                values,
                latencies,
                st.lists(st.builds(RecordRef, text, text, text), max_size=2).map(tuple),
                st.none() | st.sampled_from(Difference),
                st.lists(text, max_size=2).map(tuple),
                st.lists(exchanges, max_size=2).map(tuple),
            )
            checks = tuple(draw(st.lists(check, max_size=3)))
            sections.append(SectionResult(key, draw(lines), draw(text), draw(lines), draw(st.none() | lines), checks))
        specs.append(SpecResult(spec, draw(text), tuple(sections)))
    leftovers = tuple(draw(st.lists(st.builds(Leftover, text, text, text, text), max_size=2)))
    started = draw(st.datetimes(timezones=st.just(UTC)))
    return Results(draw(text), draw(text), started, draw(st.floats(0, 1e6)), tuple(specs), leftovers)


def test_real_times_and_those_of_a_recording_come_back() -> None:
    start, end = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 9, 4, tzinfo=UTC)
    recording = Recording("specs/x.txt", "1-x", "cassettes/x/1-x.json", start, 7, (), end)
    some = replace(results(), recordings=(recording,), ran=end, duration_s=2.5)
    written = json.loads(report.render(some))
    RESULTS.validate(written)
    assert written["recordings"][0]["ended"] == "2026-11-21T09:04:00+00:00"
    assert written["ran"]["duration_s"] == 2.5
    assert written["ran"]["ended"] == "2026-11-21T09:04:02.500000+00:00"
    assert parse(report.render(some)) == some


@settings(deadline=None)
@given(some_results())
def test_results_come_back_equal(some: Results) -> None:
    written = report.render(some)
    assert parse(written) == some
    assert written.isascii()


@settings(deadline=None)
@given(some_results())
def test_results_keep_their_schema(some: Results) -> None:
    RESULTS.validate(json.loads(report.render(some)))


@pytest.mark.parametrize("some", [results(), hostile_results(), large_results()])
def test_samples_come_back_equal_and_keep_the_schema(some: Results) -> None:
    written = report.render(some)
    assert parse(written) == some
    RESULTS.validate(json.loads(written))


def test_results_say_totals_and_exit_code() -> None:
    written = json.loads(report.render(results()))
    assert written["totals"] == {"passed": 7, "failed": 1, "error": 1, "skipped": 2, "manual": 1}
    assert written["exit_code"] == 1
    assert [s["status"] for s in written["specs"][0]["sections"]] == ["failed", "error", "skipped"]
    assert written["specs"][0]["sections"][2]["duplicate_of"] == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("12.50"), "12.50"),
        (float("nan"), "nan"),
        (datetime(2024, 2, 29, tzinfo=UTC), "2024-02-29T00:00:00+00:00"),
        ((1, (2,)), [1, [2]]),
        ({1: Decimal(1)}, {"1": "1"}),
    ],
)
def test_values_beyond_json_become_text(value: Any, said: Any) -> None:
    check = CheckFinished("s", "k", "i", "property", "a -> b", 1, Status.FAILED, expected=value)
    section = SectionResult("k", 1, "h", 1, None, (check,))
    some = Results("live", "1", datetime(2025, 1, 1, tzinfo=UTC), 0, (SpecResult("s", "t", (section,)),), ())
    assert parse(report.render(some)).checks[0].expected == said


def spoilt(way: list[str | int], value: object) -> str:
    whole = json.loads(report.render(results()))
    inner = whole
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = value
    return json.dumps(whole, indent=2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{", r"old\.json:1: not JSON"),
        ('{\n"a": 1,\n}', r"old\.json:3: not JSON"),
        ("[" * 100_000, r"old\.json: not JSON"),
        ("[]", r"old\.json: expected results of schema 'qa-sync/results/1', got None"),
        ('{"mode": 1}', r"old\.json: expected results of schema .* got None"),
        (spoilt(["schema"], "qa-sync/results/2"), r"old\.json:2: expected .*/1', got 'qa-sync/results/2'\n  hint: "),
        (spoilt(["started"], "yesterday"), r"\$\.started: expected a date-time in ISO 8601, got 'yesterday'"),
        (spoilt(["started"], "2025-03-09T12:00:00"), r"\$\.started: expected a date-time with a time zone"),
        (spoilt(["specs"], {}), r"\$\.specs: expected `array`, got `object`"),
        (spoilt(["specs", 0, "sections", 1], 5), r"\$\.specs\[0\]\.sections\[1\]: expected `object`, got `int`"),
        (
            spoilt(["specs", 0, "sections", 0, "checks", 2, "status"], "broken"),
            r"\$\.specs\[0\]\.sections\[0\]\.checks\[2\]\.status: invalid enum value 'broken'",
        ),
        (
            spoilt(["specs", 0, "sections", 0, "line"], True),
            r"sections\[0\]\.line: expected `int`, got `bool`",
        ),
        (spoilt(["duration_s"], "long"), r"\$\.duration_s: expected `int \| float`, got `str`"),
        (
            spoilt(["specs", 0, "sections", 0, "checks", 0, "arrivals"], None),
            r"arrivals: expected `object`, got `null`",
        ),
        (spoilt(["seed"], 7), r"\$\.seed: expected `str`, got `int`"),
    ],
)
def test_a_file_of_another_shape_is_told_where_and_why(given: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(given, "old.json")


def test_a_missing_member_is_named() -> None:
    whole = json.loads(report.render(results()))
    del whole["specs"][0]["sections"][0]["checks"][0]["id"]
    where = r"\$\.specs\[0\]\.sections\[0\]\.checks\[0\]"
    with pytest.raises(UsageError, match=rf"{where}: object missing required field `id`"):
        parse(json.dumps(whole))
    del whole["seed"]
    with pytest.raises(UsageError, match=r"^results\.json: \$: object missing required field `seed`$"):
        parse(json.dumps(whole | {"specs": []}))


def test_a_recording_s_time_is_told_by_its_place() -> None:
    one = {"spec": "s", "key": "k", "path": "p", "recorded": "2025-03-09", "requests": 1, "unplayed": []}
    with pytest.raises(UsageError, match=r"\$\.recordings\[1\]\.recorded: expected a date-time with a time zone"):
        parse(spoilt(["recordings"], [{**one, "recorded": "2025-03-09T00:00:00Z"}, one]))


def test_digits_beyond_microseconds_are_not_rounded_up() -> None:
    late = parse(spoilt(["started"], "2024-12-31T23:59:59.9999996Z")).started
    assert late == datetime(2024, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def test_a_value_from_the_file_is_shown_short_and_harmless() -> None:
    evil = "\x1b[2J\nqa-sync: all is well - at `$.seed`" + "x" * 10_000
    with pytest.raises(UsageError) as caught:
        parse(spoilt(["specs", 0, "sections", 0, "checks", 0, "status"], evil))
    told = str(caught.value)
    assert told.isprintable()
    assert told.startswith("results.json: $.specs[0].sections[0].checks[0].status: invalid enum value '\\x1b[2J")
    assert len(told) < 2 * LONGEST


@pytest.mark.parametrize("value", [10**30, float("inf"), "\ud800", {"\ud800": "\udfff"}])
def test_values_that_msgspec_s_decoder_refuses_are_read(value: Any) -> None:
    at: list[str | int] = ["specs", 0, "sections", 0, "checks", 0, "expected"]
    assert parse(spoilt(at, value)).checks[0].expected == value


def test_half_a_surrogate_pair_where_it_has_no_place_is_a_fault_of_the_file() -> None:
    with pytest.raises(UsageError, match=r"results\.json: invalid results"):
        parse(spoilt(["specs", 0, "sections", 0, "checks", 0, "status"], "\ud800"))


def test_numbers_stay_what_they_are() -> None:
    whole, part = parse(spoilt(["duration_s"], 2)), parse(spoilt(["duration_s"], 2.0))
    assert ('"duration_s": 2,' in report.render(whole), '"duration_s": 2.0,' in report.render(part)) == (True, True)


def test_unknown_members_are_no_fault() -> None:
    assert parse(spoilt(["later"], {"more": 1})) == results()


def test_a_checklist_keeps_its_schema() -> None:
    CHECKLIST.validate(json.loads(checklist_json.render([checklist()])))


def test_several_checklists_are_an_array() -> None:
    one = checklist()
    assert isinstance(json.loads(checklist_json.render([one])), dict)
    several = json.loads(checklist_json.render([one, one]))
    assert [c["spec"] for c in several] == [one.dataflow.path] * 2
    CHECKLIST.validate(several)
    assert json.loads(checklist_json.render([])) == []


def test_an_inferred_pair_has_no_line_and_says_its_origin() -> None:
    written = json.loads(checklist_json.render([checklist()]))
    pair = written["sections"][0]["pairs"][0]
    assert (pair["origin"], pair["line"]) == ("inferred", None)


def test_an_event_is_one_line() -> None:
    written = [ndjson.event_line(event) for event in events()]
    assert [line for line in written if len(line.splitlines()) != 1] == []
    assert json.loads(written[0])["started"] == "2025-03-09T12:00:00+00:00"


def test_an_event_is_told_whole() -> None:
    event = CheckFinished(
        "s", "k", "i", "property", "a -> b", 3, Status.FAILED, Origin.SPEC, "m", [1], {"a": None}, 0.5,
        (RecordRef("A", "B", "1"),),
    )  # fmt: skip
    assert json.loads(ndjson.event_line(event)) == {
        "event": "CheckFinished",
        "spec": "s",
        "key": "k",
        "id": "i",
        "kind": "property",
        "title": "a -> b",
        "line": 3,
        "status": "failed",
        "origin": "spec",
        "message": "m",
        "expected": [1],
        "actual": {"a": None},
        "latency_s": 0.5,
        "records": [{"system": "A", "entity": "B", "id": "1"}],
        "difference": None,
        "steps": [],
    }


def test_formats_render_by_name() -> None:
    assert formats.render(results(), "json") == report.render(results())
    assert formats.render(results(), "junit").startswith("<?xml")
    with pytest.raises(
        UnknownName, match=r"unknown report format 'jsn'; expected one of: .*json, junit.*\n  hint: did you mean 'json'"
    ):
        formats.render(results(), "jsn")
