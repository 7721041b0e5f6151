"""Results and checklists made by hand: all statuses, a duplicate, pairs of every origin, hostile text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.dataflow.model import (
    Condition,
    Connection,
    Criterion,
    Dataflow,
    Entity,
    Finding,
    Origin,
    PropertyPair,
    Section,
    Severity,
    Statement,
    StatementKind,
    When,
)
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import (
    CheckFinished,
    Event,
    Leftover,
    RecordRef,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    Status,
    StepStarted,
)
from qa_sync.running.results import Results, SectionResult, SpecResult
from qa_sync.systems.system import ExchangeSummary

SPEC = "specs/shop.txt"
CUSTOMER, ORDER, COPY = "1-a-customer-to-b-client", "2-a-order-to-b-purchase", "3-a-customer-to-b-client"
HOSTILE = (
    "esc \x1b[31m nul \x00 rtl \u202e markup [bold red]x[/] tag <script>alert(1)</script> & "
    "\"q\" 'a' \ud800 \ufffe \r\t"
)
LINES = {
    9: "Every A Customer will be synchronized with a B Client.",
    13: "The following properties are synchronized between an A Customer and a B Client, and there are a great many.",
    33: "Every A Order will be synchronized with a B Purchase.",
}
NO_UPDATE = "A has no endpoint that changes an order; it is written once and for all"
STARTED = datetime(2025, 3, 9, 12, 0, tzinfo=UTC)


def source_line(spec: str, line: int) -> str | None:
    return LINES.get(line) if spec == SPEC else None


def check(kind: str, title: str, line: int, status: Status = Status.PASSED, **more: object) -> CheckFinished:
    plain = CheckFinished(SPEC, CUSTOMER, f"{CUSTOMER}/{kind}/{title}", kind, title, line, status)
    return replace(plain, **more)


def events() -> Iterator[Event]:
    yield RunStarted("replay", "7f3a", STARTED, 12)
    yield SpecStarted(SPEC, "A to B Dataflow")
    yield SectionStarted(SPEC, CUSTOMER, 1, "A Customer to B Client", 7, None)
    yield StepStarted(SPEC, CUSTOMER, "insert an A Customer")
    yield from _customer_checks()
    yield SectionFinished(
        SPEC, CUSTOMER, (Leftover("A", "Customer", "c-17", "HTTP 403: a customer with orders stays"),)
    )
    yield SectionStarted(SPEC, ORDER, 2, "A Order to B Purchase", 31, None)
    yield StepStarted(SPEC, ORDER, "insert an A Order")
    yield from (replace(c, key=ORDER) for c in _order_checks())
    yield SectionFinished(SPEC, ORDER)
    yield SectionStarted(SPEC, COPY, 3, "A Customer to B Client", 55, 1)
    yield SectionFinished(SPEC, COPY)
    yield RunFinished(0.4187)


def _customer_checks() -> Iterator[CheckFinished]:
    records = (RecordRef("A", "Customer", "c-17"), RecordRef("B", "Client", "9001"))
    late = "the value did not arrive within 120 s; looked 40 times"
    yield check("create", "a new A Customer gets exactly one linked B Client", 9, latency_s=1.234)
    yield check("property", "name.first -> firstName", 13, origin=Origin.INFERRED, latency_s=1.234)
    yield check(
        "property",
        "billing.email -> contact.email",
        13,
        Status.FAILED,
        origin=Origin.INFERRED,
        message=late,
        expected="åse@example.test",
        actual=None,
        latency_s=120.0,
        records=records,
    )
    yield check("update-forward", "name.first -> firstName", 11, origin=Origin.INFERRED, latency_s=12.3)
    yield check("stable", "further cycles change nothing", 11)
    yield check("property", "vat -> taxNumber", 20, origin=Origin.SPEC, latency_s=1.3)
    yield check("property", "nick -> alias", 13, origin=Origin.SETTINGS, latency_s=1.3)


def _order_checks() -> Iterator[CheckFinished]:
    yield check("create", "a new A Order gets exactly one linked B Purchase", 33, latency_s=0.0)
    yield check("update-backward", "number -> ref", 35, Status.SKIPPED, message=NO_UPDATE, origin=Origin.INFERRED)
    yield check("update-backward", "note -> remark", 35, Status.SKIPPED, message=NO_UPDATE, origin=Origin.INFERRED)
    yield check("condition", "only sold orders", 37, Status.MANUAL, message="nobody told what 'Sold' means")
    yield check(
        "unique", "still one after further cycles", 33, Status.ERROR, message="B did not answer\n  hint: is it up?"
    )


def results() -> Results:
    return collect_results(events())


def hostile_results() -> Results:
    key, spec = "1-x", "specs/\x1b[2Jx.txt"
    return collect_results(
        [
            RunStarted(HOSTILE, HOSTILE, STARTED, 5),
            SpecStarted(spec, HOSTILE),
            SectionStarted(spec, key, 1, HOSTILE, 1, None),
            *(
                CheckFinished(
                    spec, key, f"{n}{HOSTILE}", HOSTILE, HOSTILE, 1, status, Origin.INFERRED, HOSTILE, HOSTILE,
                    {HOSTILE: [HOSTILE]}, 0.5, (RecordRef(HOSTILE, HOSTILE, HOSTILE),),
                )
                for n, status in enumerate(Status)
            ),
            SectionFinished(spec, key, (Leftover(HOSTILE, HOSTILE, HOSTILE, HOSTILE),)),
            RunFinished(1.0),
        ]
    )  # fmt: skip


DOCUMENT = """\
================
A to B Dataflow
================

Generated: 2025-03-09 12:00:00

Introduction
------------

This document says what is *meant* by `synchronized`, and holds a `|bar|`.

A Customer to B Client
----------------------
Every A Customer will be synchronized with a B Client.

Once a link between an A Customer and a B Client is established, it will keep in sync between the two systems,
regardless of where it is edited.

If an A Customer matches a B Client they are merged. The following criteria_ are used:

.. list-table::
   :header-rows: 1

   * - A Customer Property
     - B Client Property
   * - email
     - contact.email

The following properties are synchronized between an A Customer and a B Client:

.. list-table::
   :header-rows: 1

   * - A Customer Property
     - B Client Property
     - B Data Type
   * - name.first
     - firstName
     - string
   * - addresses[tag=BILLING].lines[*].street_
     - billingAddress.lines.street
     - string
   * - nobody.asks
     - forThis
     -

.. note:: A note of the developer's.

A Order to B Purchase
---------------------
Every A Order will be synchronized with a B Purchase.

A Customer to B Client
----------------------
Every A Customer will be synchronized with a B Client.
"""
"""A document with all that a report has to show; marks in it mean nothing to us and much to docutils."""

RIGHT_TO_LEFT = "\u202egnp.exe\u2066"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)><!--"
HOSTILE_DOCUMENT = DOCUMENT.replace("name.first", f"name.{SCRIPT}").replace(
    "Every A Customer", f"Every \x1b[31mA {RIGHT_TO_LEFT} </script></title><svg/onload=alert(3)> `x`_ |y| **z Customer"
)


def _exchanges(hostile: str) -> tuple[ExchangeSummary, ...]:
    url = "https://b.example.test/clients"
    return (
        ExchangeSummary("B", "POST", url, f'{{"firstName":"Åse {hostile}Žofie"}}', None, ""),
        ExchangeSummary("B", "GET", f"{url}/9001{hostile}", "", 200, f'{{"firstName":"Åse {hostile}Sofie"}}'),
    )


def _pair_checks(hostile: str, at: tuple[int, int, int], table: int) -> Iterator[CheckFinished]:
    first, street, keep = at
    spec: dict[str, Any] = {"origin": Origin.SPEC}
    forward, backward = "name.first -> firstName", "firstName -> name.first"
    yield check("property", forward, first, latency_s=2.5, expected="Åse", actual="Åse", **spec)
    yield check(
        "update-forward",
        forward,
        keep,
        Status.FAILED,
        message=f"{hostile}the value did not arrive within 120 s; looked 40 times",
        expected=f"Åse {hostile}Žofie",
        actual=f"Åse {hostile}Sofie",
        latency_s=120.0,
        records=(RecordRef("A", "Customer", f"c-17{hostile}"), RecordRef("B", "Client", "9001")),
        steps=(f"make A Customer{hostile}", "wait for B Client"),
        exchanges=_exchanges(hostile),
        **spec,
    )
    yield check("update-backward", backward, keep, latency_s=14.25, **spec)
    wrong = "B did not answer\n  hint: is it up?"
    yield check("property", "street -> street", street, Status.ERROR, message=wrong, **spec)
    yield check("update-backward", "street -> street", keep, Status.SKIPPED, message=NO_UPDATE, **spec)
    yield check("property", "vat -> taxNumber", table, origin=Origin.INFERRED, latency_s=3.0)


def written_results(document: str = DOCUMENT, *, hostile: str = "") -> Results:
    """Return results of that document with a check of every status, and long values."""
    at = {line: n for n, line in reversed([*enumerate(document.splitlines(), 1)])}
    lines = document.splitlines()
    customer, order, copy = (
        n for n, line in enumerate(lines, 1) if line.endswith(("B Client", "B Purchase")) and " to " in line
    )
    first = next(n for n, line in enumerate(lines, 1) if line.startswith("   * - name."))
    street, email = at["   * - addresses[tag=BILLING].lines[*].street_"], at["   * - email"]
    table = max(n for n, line in enumerate(lines, 1) if line == ".. list-table::")
    pair, other = f"name.first:firstName{hostile}", "street:street"
    reported: list[CheckFinished] = [
        check("create", f"a new A Customer gets one B Client{hostile}", customer + 2, latency_s=1.234),
        check("unique", "still one B Client after further cycles", customer + 2),
        check("merge", "email merges", email, Status.MANUAL, message=f"to be verified by a person{hostile}"),
        *_pair_checks(hostile, (first, street, customer + 4), table),
    ]
    names = {"name.first -> firstName": pair, "firstName -> name.first": pair, "street -> street": other}
    reported = [replace(c, id=f"shop/1/{c.kind}/{names.get(c.title, c.title)}") for c in reported]
    orders = (replace(check("create", "a new A Order gets one B Purchase", order + 2, latency_s=0.4), key=ORDER),)
    sections = (
        SectionResult(CUSTOMER, 1, "A Customer to B Client", customer, None, tuple(reported)),
        SectionResult(ORDER, 2, "A Order to B Purchase", order, None, orders),
        SectionResult(COPY, 3, "A Customer to B Client", copy, 1, ()),
    )
    lost = (Leftover("A", "Customer", f"c-17{hostile}", "HTTP 403: a customer with orders stays"),)
    spec = SpecResult(SPEC, f"A to B Dataflow{hostile}", sections, document)
    return Results("live", f"7f3a{hostile}", STARTED, 61.5, (spec,), lost)


def hostile_written() -> Results:
    return written_results(HOSTILE_DOCUMENT, hostile=f"{HOSTILE}{RIGHT_TO_LEFT}{SCRIPT}")


KINDS = (
    *("create", "unique", "property", "update-forward", "update-backward", "newest-wins", "independent", "empty"),
    *("stable", "isolated", "merge", "merge-not", "condition", "not-without-link", "connected"),
)


def of_every_kind() -> Results:
    """Return results of a section with two dozen checks of each kind."""
    reported = [check(kind, f"{kind} {n}", 9, latency_s=1.0) for kind in KINDS for n in range(24)]
    section = SectionResult(CUSTOMER, 1, "A Customer to B Client", 9, None, tuple(reported))
    return Results("live", "7f3a", STARTED, 61.5, (SpecResult(SPEC, "A to B Dataflow", (section,)),), ())


def large_results(checks: int = 60) -> Results:
    statuses = (Status.PASSED, Status.PASSED, Status.PASSED, Status.SKIPPED, Status.FAILED)
    stream: list[Event] = [RunStarted("replay", "7f3a", STARTED, checks), SpecStarted(SPEC, "A to B Dataflow")]
    stream.append(SectionStarted(SPEC, CUSTOMER, 1, "A Customer to B Client", 7, None))
    stream += [
        check(
            "update-backward",
            f"primaryInfo.property{n} -> contactDetails.property{n}",
            13 + n,
            statuses[n % len(statuses)],
            origin=Origin.INFERRED,
            message=None if n % 5 < 3 else f"reason {n}: the value did not arrive within 120 s, and nobody knows why",
            expected="one" if n % 5 == 4 else None,
            latency_s=1.0 + n,
        )
        for n in range(checks)
    ]
    return collect_results([*stream, SectionFinished(SPEC, CUSTOMER), RunFinished(1.0)])


def checklist() -> Checklist:
    section = Section(
        ordinal=1,
        heading="A Customer to B Client",
        line=7,
        source=Entity("A", "Customer", "human data"),
        target=Entity("B", "Client"),
        statements=(
            Statement(StatementKind.EVERY, 9, "Every A Customer will be synchronized\nwith a B Client."),
            Statement(
                StatementKind.CONDITION,
                11,
                "If the status is Sold, it will be synchronized.",
                condition=Condition("status", "the status is Sold", "Sold"),
            ),
            Statement(
                StatementKind.NEW_IF_CONNECTED, 12, "If new and connected ...", connection=Connection(("Order",), "B")
            ),
        ),
        criteria=(Criterion("email", "contact.email", 14),),
        pairs=(),
        table_line=18,
    )
    inferred = PropertyPair("primaryInfo.email", "contactDetails.emailAddress", origin=Origin.INFERRED)
    written = PropertyPair(
        "vat", "taxNumber", "string", Origin.SPEC, 20, source_when=(When("company", "kind"),), expression=None
    )
    chosen = PropertyPair("nick", "alias", origin=Origin.SETTINGS)
    checks = (
        Check("1/create", "create", "a new A Customer gets exactly one linked B Client", 9),
        Check("1/property/email", "property", "primaryInfo.email -> contactDetails.emailAddress", 18, inferred),
        Check("1/property/vat", "property", "vat -> taxNumber", 20, written),
        Check(
            "1/update-backward/vat",
            "update-backward",
            "vat -> taxNumber",
            11,
            written,
            skip=Reason(ReasonCode.READ_ONLY_PROPERTY, "A never changes it"),
        ),
        Check("1/property/nick", "property", "nick -> alias", 18, chosen),
        Check(
            "1/condition",
            "condition",
            "only sold ones",
            11,
            manual=Reason(ReasonCode.NO_CONDITION, "nobody told what 'Sold' means"),
        ),
    )
    copy = replace(section, ordinal=2, line=40, duplicate_of=1)
    findings = (
        Finding("empty-property-table", Severity.WARNING, 18, "the property table has no rows"),
        Finding("repeated-section", Severity.WARNING, 40, "the section says the same as section 1 (line 7)"),
    )
    return Checklist(
        Dataflow(SPEC, "A to B Dataflow", "A", "B", "2025-03-09T12:00:00", (section, copy), findings),
        "7f3a",
        (SectionPlan(section, (inferred, written, chosen), checks, ()), SectionPlan(copy, (), (), ())),
        findings,
    )
