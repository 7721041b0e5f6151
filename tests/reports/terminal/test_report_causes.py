"""Failures by cause: ten kinds of failure at two widths, and a last screen that says what to do."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from report_samples import CUSTOMER, SPEC, STARTED, source_line

from qa_sync.checklist.keyword_expression import keyword_matcher
from qa_sync.dataflow.model import Origin
from qa_sync.reports.shared.failure_causes import failure_causes
from qa_sync.reports.shared.rerun import keywords_of, rerun_command
from qa_sync.reports.shared.text_layout import width_of
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.running.results import Results, SectionResult, SpecResult
from qa_sync.values.comparison.compare import Difference

FOLDER = Path(__file__).parent / "causes"
HEADINGS = ("A Customer to B Client", "A Order to B Purchase", "A Product to B Article")
RECORDS = (RecordRef("B", "Client", "9001"), RecordRef("A", "Customer", "c-17"))
POLLED = "; polled 15 times in 120 s, each after a cycle of the sync"
SECTIONS = ("1-a-customer-to-b-client", "2-a-order-to-b-purchase", "3-a-product-to-b-article")


def failed(kind: str, ordinal: int, message: str, name: str = "", **more: object) -> CheckFinished:
    key, line = SECTIONS[ordinal - 1], 10 * ordinal
    name_of = f"shop/{key}/{kind}" + (f"/{name}:{name}" if name else "")
    title = f"{name} -> {name}" if name else f"what {kind} checks"
    plain = CheckFinished(SPEC, key, name_of, kind, title, line, Status.FAILED, message=message)
    return replace(plain, **({"origin": Origin.SPEC} if name else {}), **more)


def differs(kind: str, ordinal: int, name: str, expected: object, actual: object, **more: object) -> CheckFinished:
    difference = more.pop("difference", Difference.VALUE)
    message = f"{HEADINGS[ordinal - 1]}: B {name}: expected {expected!r}, got {actual!r} ({difference}){POLLED}"
    values = {"expected": expected, "actual": actual, "difference": difference, "records": RECORDS}
    return failed(kind, ordinal, message, name, **{**values, **more})


def one_way() -> Iterator[CheckFinished]:
    for n in range(60):
        name = f"customer.addresses[tag=BILLING].deliveryInstructions.line{n}"
        yield differs("update-backward", 1, name, f"new {n}", f"old {n}", unchanged=True, steps=("edit", "wait"))


def two_sections() -> Iterator[CheckFinished]:
    for ordinal in (1, 3):
        yield from (differs("update-backward", ordinal, name, "2", "1", unchanged=True) for name in ("name", "price"))
        for kind in ("newest-wins", "independent"):
            yield differs(kind, ordinal, "", "3", "2", unchanged=True)


def nothing_created() -> Iterator[CheckFinished]:
    for ordinal, target in ((1, "B Client"), (2, "B Purchase"), (3, "B Article")):
        message = f"{HEADINGS[ordinal - 1]}: expected exactly one {target} with q74a11e0{ordinal} (from A x.y), got 0"
        yield failed("create", ordinal, message + POLLED, expected=1, actual=0)


def duplicates() -> Iterator[CheckFinished]:
    for ordinal, target in ((1, "B Client"), (2, "B Purchase")):
        message = f"{HEADINGS[ordinal - 1]}: expected exactly one {target} with q74a11e0{ordinal} (from A x.y), got 2"
        yield from (failed(kind, ordinal, message, expected=1, actual=2) for kind in ("create", "unique"))


def truncated() -> Iterator[CheckFinished]:
    for name in ("name.first", "name.last", "note", "street"):
        yield differs("property", 1, name, f"a long {name} " + "x" * 300, f"a long {name} xxx")


def missing() -> Iterator[CheckFinished]:
    for name in ("price", "quantity", "vat", "weight"):
        yield differs("property", 3, name, "12.05", None, difference=Difference.MISSING)


def unreachable() -> Iterator[CheckFinished]:
    for n in range(12):
        message = f"B: GET https://b.example.test/clients/{n}: HTTP 503 after 5 attempts"
        kind = ("property", "update-forward", "update-backward", "stable")[n % 4]
        yield failed(kind, 1 + n % 3, message, f"p{n}", status=Status.ERROR)


def needs_another() -> Iterator[CheckFinished]:
    for n in range(30):
        message = (
            f"precondition not met: expected a B Client with q6e74291{n % 10}, got 0{POLLED}; section 1 promises it"
        )
        yield failed("property" if n < 28 else "stable", 2, message, f"p{n}" if n < 28 else "", status=Status.ERROR)


def gone() -> Iterator[CheckFinished]:
    for n in range(8):
        record = ("B Client C-1005", "B Article P-77")[n % 2]
        message = f"{HEADINGS[2 * (n % 2)]}: expected {record} to still exist, but it is gone"
        yield failed("update-forward", 1 + 2 * (n % 2), message, f"p{n}")


def changed() -> Iterator[CheckFinished]:
    for ordinal in (1, 2, 3):
        message = f"{HEADINGS[ordinal - 1]}: changed without an edit: B name: was 'a{ordinal}', now 'b{ordinal}'"
        yield failed("isolated", ordinal, message)


def single() -> Iterator[CheckFinished]:
    yield differs("update-forward", 1, "name.first", "Žofie", "Sofie")


KINDS: Mapping[str, Callable[[], Iterator[CheckFinished]]] = {
    make.__name__: make
    for make in (
        one_way, two_sections, nothing_created, duplicates, truncated, missing, unreachable, needs_another, gone,
        changed, single,
    )
}  # fmt: skip


def results(checks: Iterator[CheckFinished], options: tuple[str, ...] | None = ("--mode", "live")) -> Results:
    found = list(checks)
    sections = tuple(
        SectionResult(key, n, HEADINGS[n - 1], 10 * n - 2, None, tuple(c for c in found if c.key == key))
        for n, key in enumerate(SECTIONS, 1)
    )
    spec = SpecResult(SPEC, "A to B Dataflow", tuple(s for s in sections if s.checks))
    return Results("live", "7f3a", STARTED, 12.5, (spec,), (), options=options)


def shown(some: Results, width: int, *, verbose: bool = False) -> str:
    out = io.StringIO()
    Terminal(out, io.StringIO(), width=width, environ={}, verbose=verbose).report(some, source_line)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_failure_looks_as_its_golden_file(kind: str, width: int) -> None:
    text, path = shown(results(KINDS[kind]()), width), FOLDER / f"{kind}.{width}.txt"
    if os.environ.get("QA_SYNC_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert all(width_of(line) <= width for line in text.splitlines())


def test_sixty_failures_of_one_cause_fit_forty_lines() -> None:
    text = shown(results(one_way()), 80)
    assert len(text.splitlines()) <= 40
    assert "no edit of B arrives: update-backward 60 of 60 in section 1" in text
    assert "-k update-backward" in text
    assert "qa-sync check specs/shop.txt --mode live --last-failed" in " ".join(text.split())
    verbose = shown(results(one_way()), 80, verbose=True)
    assert all(f"line{n} " in verbose for n in range(60))


def test_a_path_breaks_at_its_dots() -> None:
    text = shown(results(one_way()), 60)
    assert "customer.addresses[tag=BILLING].\n" in text


@pytest.mark.parametrize(
    ("kind", "causes"),
    [
        ("one_way", ["no edit of B arrives: update-backward 60 of 60 in section 1"]),
        (
            "two_sections",
            [
                "no edit of B arrives: update-backward 4 of 4 in sections 1 and 3",
                "an edit does not arrive: newest-wins 2 of 2 and independent 2 of 2 in sections 1 and 3",
            ],
        ),
        ("nothing_created", ["expected exactly one record, got 0: create 3 of 3 in sections 1, 2 and 3"]),
        ("truncated", ["the text is truncated: property 4 of 4 in section 1"]),
        ("gone", ["expected record … to still exist, but it is gone: update-forward 8 of 8 in sections 1 and 3"]),
        ("changed", ["changed without an edit: isolated 3 of 3 in sections 1, 2 and 3"]),
    ],
)
def test_checks_of_one_cause_are_one_group(kind: str, causes: list[str]) -> None:
    assert [cause.headline for cause in failure_causes(results(KINDS[kind]()))] == causes


@pytest.mark.parametrize("kind", KINDS)
def test_every_failure_is_in_exactly_one_group(kind: str) -> None:
    some = results(KINDS[kind]())
    causes = failure_causes(some)
    assert sorted(c.id for cause in causes for c in cause.examples(60)) == sorted(c.id for c in some.checks)
    assert sum(cause.count for cause in causes) == len(some.checks)


def test_different_causes_stay_apart() -> None:
    """Neither another difference, nor another number of records, nor another host is the same cause."""
    url = "B: GET https://{}/x: HTTP 503"
    checks = [
        differs("property", 1, "a", "1", "2"),
        differs("property", 1, "b", "1", None, difference=Difference.MISSING),
        failed("create", 1, "expected exactly one B Client, got 0"),
        failed("unique", 1, "expected exactly one B Client, got 2"),
        failed("stable", 1, url.format("b.example.test"), status=Status.ERROR),
        failed("isolated", 1, url.format("other.example.test"), status=Status.ERROR),
        failed("empty", 1, url.format("b.example.test").replace("503", "401"), status=Status.ERROR),
    ]
    assert len(failure_causes(results(iter(checks)))) == len(checks)


def test_an_edit_that_arrives_changed_is_no_edit_that_does_not_arrive() -> None:
    checks = [differs("update-backward", 1, name, "Å", "å") for name in ("a", "b")]
    (cause,) = failure_causes(results(iter(checks)))
    assert cause.headline == "the value differs: update-backward 2 of 2 in section 1"


def test_where_some_edits_arrive_the_headline_does_not_say_none() -> None:
    checks = [differs("update-backward", 1, n, "2", "1", unchanged=True) for n in ("a", "b", "c")]
    some = results(iter([*checks[:2], replace(checks[2], status=Status.PASSED, unchanged=False, difference=None)]))
    (cause,) = failure_causes(some)
    assert cause.headline == "edits of B do not arrive: update-backward 2 of 3 in section 1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_what_the_summary_offers_for_k_selects_the_check(kind: str, width: int) -> None:
    some = results(KINDS[kind]())
    for cause in failure_causes(some):
        for keyword, check in zip(keywords_of(cause, some, width, 3), cause.examples(), strict=False):
            assert keyword_matcher(keyword)(f"{check.id}\n{check.kind}\n{check.title}")


def test_an_id_with_blanks_and_quotes_is_one_phrase() -> None:
    some = results(iter([failed("property", 1, "x", "it's (a) b")]))
    (cause,) = failure_causes(some)
    (keyword,) = keywords_of(cause, some, 80, 1)
    assert keyword_matcher(keyword)(cause.examples()[0].id)


@pytest.mark.parametrize(("mode", "offered"), [("live", True), ("audit", False), ("observe", False)])
def test_keywords_are_offered_only_where_a_command_takes_them(mode: str, *, offered: bool) -> None:
    assert ("    -k " in shown(replace(results(single()), mode=mode), 80)) is offered


def test_no_command_is_shown_that_is_not_known() -> None:
    assert rerun_command(results(single(), None), [SPEC]) is None
    assert "Again" not in shown(results(single(), None), 80)
    many = rerun_command(results(single()), [f"specs/{n}.txt" for n in range(9)], "--last-failed")
    assert many == "qa-sync check SPEC... --mode live --last-failed"


def test_a_section_key_of_the_samples_is_that_of_the_other_samples() -> None:
    assert SECTIONS[0] == CUSTOMER


def test_with_several_specs_a_cause_names_its_own() -> None:
    one = results(one_way())
    (spec,) = one.specs
    other = replace(spec, spec="specs/other.txt", sections=(replace(spec.sections[0], checks=()),))
    (cause,) = failure_causes(replace(one, specs=(spec, other)))
    assert cause.headline == f"no edit of B arrives: update-backward 60 of 60 in section 1 of {SPEC}"


def test_a_long_cause_ends_with_a_clause() -> None:
    message = f"not understood: unknown sentence: {' '.join(['word'] * 20)}; the closest template is {'other ' * 40}"
    (cause,) = failure_causes(results(iter([failed("unread", 1, message, status=Status.ERROR)])))
    assert cause.cause == f"not understood: unknown sentence: {' '.join(['word'] * 20)}"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_note_on_a_long_value_is_whole(width: int) -> None:
    values = [("\u200d" * 3 + "漢" * 90 + name, "漢" * 90 + name) for name in "abc"]
    text = shown(results(differs("property", 1, name, *pair) for name, pair in zip("abc", values, strict=True)), width)
    notes = [line for line in text.splitlines() if "(characters " in line and line.lstrip().startswith(("exp", "act"))]
    assert len(notes) >= 4
    assert all(line.endswith(")") for line in notes)
    assert all(width_of(line) <= width for line in text.splitlines())


def test_a_hint_is_no_part_of_a_cause() -> None:
    message = "there is no recording {}/1-a.json\n  hint: record it: qa-sync check {}.txt --mode record"
    checks = [failed("stable", n, message.format(name, name), status=Status.ERROR) for n, name in ((1, "a"), (2, "b"))]
    causes = failure_causes(results(iter(checks)))
    assert not any("hint" in cause.headline for cause in causes)
