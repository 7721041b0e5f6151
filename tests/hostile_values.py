"""Two thousand hostile values, the same every time, and results that are full of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from qa_sync.running.events import CheckFinished, Leftover, RecordRef, Status
from qa_sync.running.results import Results, SectionResult, SpecResult

COUNT, AT_ONCE, LARGE = 2_000, 100, 1_000_000
PIECES = (
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "\x9b2J",
    "\x00",
    "\r\n",
    "\x08\x08\x08",
    "\u202egnp.exe",
    "\u2066\u2069\u200b\ufeff",
    "[bold red]x[/]",
    "[link=http://evil.example]x[/link]",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "<!--",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    "&b;&amp;&#0;",
    "\"' onmouseover='x",
    "`${x}`",
    "|a|b|\n|-|-|",
    "![x](http://evil.example/x.png)",
    "../../../etc/passwd",
    "C:\\..\\..\\x",
    "::error file=a::b",
    "\ud800",
    "\ufffe\uffff",
    "\U000e0041",
    "e\u0301" * 9,
    "{{ 7 * 7 }}",
    "=cmd|'/c calc'!A1",
    "%s%n",
    "å𝔄",
)


def values() -> list[str]:
    rng = random.Random("hostile")  # noqa: S311 - the same values every time
    made = ["".join(rng.choices(PIECES, k=rng.randint(1, 4))) for _ in range(COUNT - 4)]
    return [*made, *(piece * (LARGE // len(piece)) for piece in ("x", "\x1b[31m", "<b>", "\u202e"))]


VALUES = values()


def check(number: int, value: str) -> CheckFinished:
    status = (Status.FAILED, Status.ERROR, Status.SKIPPED, Status.MANUAL)[number % 4]
    ref = RecordRef(value[:300], value[:300], value[:300])
    json_value = {value: [value]}
    return CheckFinished(
        "a.txt", "1-a", f"id{number}", "property", value, 7, status, None, value, json_value, value, None, (ref,)
    )


def results(share: list[str]) -> Results:
    checks = tuple(check(number, value) for number, value in enumerate(share))
    first = share[0][:300]
    section = SectionResult("1-a", 1, first, 7, None, checks)
    lost = tuple(Leftover(v[:300], v[:300], v[:300], v[:300]) for v in share)
    started = datetime(2026, 1, 31, tzinfo=UTC)
    return Results("live", first, started, 0.5, (SpecResult("a.txt", first, (section,)),), lost)
