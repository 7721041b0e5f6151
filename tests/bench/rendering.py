"""What it takes to render 100,000 checks, and until the page can be used in a browser. Prints, asserts nothing.

Each format is rendered in a process of its own, which writes it to a file piece by piece, as `--report` does; memory is
the peak of that whole process, with the interpreter and the results that it renders.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from qa_sync.dataflow.model import Origin
from qa_sync.files import write_atomically
from qa_sync.reports.formats.table import pieces
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.running.results import Results, SectionResult, SpecResult

CHECKS = 100_000
SPECS, SECTIONS, ROWS = 10, 100, 33
"""1,000 sections of 33 properties, each with three checks, and one for the section as a whole."""

BARS = {"html": (3.0, 400), "json": (3.0, 400), "junit": (3.0, 400)}
USABLE_S = 2.0
RUNS = 3
KINDS = ("property", "update-forward", "update-backward")
WHY = "A has no endpoint that changes it: the value is written once, when the record is created"


def main() -> None:
    """Print seconds (and a processor's, for a busy machine) and peak MB a format, and until the page is usable."""
    with tempfile.TemporaryDirectory() as folder:
        for format_, (most_s, most_mb) in BARS.items():
            path = Path(folder) / f"report.{format_}"
            found = [_elsewhere(format_, path) for _ in range(RUNS)]
            seconds, busy, peak = min(s for s, _, _ in found), min(s for _, s, _ in found), max(mb for *_, mb in found)
            size = path.stat().st_size / 1e6
            print(
                f"{CHECKS:,} checks as {format_:6} {seconds:5.2f} s, {busy:.2f} s of a processor (bar {most_s} s)  "
                f"peak {peak:4.0f} MB (bar {most_mb} MB)  file {size:5.1f} MB"
            )
        _browser(Path(folder) / "report.html")


def _elsewhere(format_: str, path: Path) -> tuple[float, float, float]:
    reported = subprocess.run(
        [sys.executable, __file__, format_, str(path)], check=True, capture_output=True, text=True
    )
    seconds, busy, peak = json.loads(reported.stdout)
    return seconds, busy, peak


def _render(format_: str, path: Path) -> None:
    gc.set_threshold(500_000)  # as the command line does
    results = large()
    began, busy = time.perf_counter(), time.process_time()
    write_atomically(path, pieces(results, format_))
    taken, busy = time.perf_counter() - began, time.process_time() - busy
    print(json.dumps([taken, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def large() -> Results:
    """Return results of 100,000 checks with their documents: three in four passed, some of each other status."""
    specs = tuple(_spec(n) for n in range(SPECS))
    return Results("live", "7f3a", datetime(2025, 3, 9, 12, tzinfo=UTC), 4321.0, specs, ())


def _spec(n: int) -> SpecResult:
    path, lines = f"specs/{n:03}.txt", [f"Alpha to Beta{n} Dataflow", "=" * 40, ""]
    sections = tuple(_section(path, at, lines) for at in range(1, SECTIONS + 1))
    return SpecResult(path, f"Alpha to Beta{n} Dataflow", sections, "\n".join(lines))


def _section(path: str, ordinal: int, lines: list[str]) -> SectionResult:
    a, b = f"Alpha Thing{ordinal}", f"Beta Object{ordinal}"
    heading = f"{a} to {b}"
    key, line = f"{ordinal}-alpha-thing{ordinal}-to-beta-object{ordinal}", len(lines) + 1
    lines += [heading, "-" * len(heading), f"Every {a} will be synchronized with a {b}.", ""]
    lines += [f"The following properties are synchronized between a {a} and a {b}:", "", ".. list-table::"]
    lines += ["   :header-rows: 1", "", f"   * - {a} Property", f"     - {b} Property", "     - Beta Data Type"]
    checks = [_check((path, key, line + 2), "create", "create", f"a new {a} gets one {b}", ordinal)]
    for row in range(ROWS):
        at = len(lines) + 1
        source, target = f"info.addresses.items[tag=BILLING].address.line{row}", f"address.line{row}"
        lines += [f"   * - {source}", f"     - {target}", "     - string"]
        pair, title = f"{source}:{target}", f"{source} -> {target}"
        checks += [
            _check((path, key, at), kind, f"{kind}/{pair}", title, ordinal + row + n) for n, kind in enumerate(KINDS)
        ]
    lines.append("")
    return SectionResult(key, ordinal, heading, line, None, tuple(checks))


def _check(place: tuple[str, str, int], kind: str, name: str, title: str, n: int) -> CheckFinished:
    path, key, line = place
    status = {3: Status.FAILED, 7: Status.SKIPPED, 11: Status.SKIPPED, 13: Status.ERROR}.get(n % 16, Status.PASSED)
    value = f"q{n:08x} billing street {n} Žofie çà & fils"
    other = value if status is Status.PASSED else f"{value[:12]} & Sønn"
    reported = status in {Status.PASSED, Status.FAILED}
    return CheckFinished(
        path, key, f"{key}/{name}", kind, title, line, status, Origin.SPEC,
        None if status is Status.PASSED else WHY if status is Status.SKIPPED else f"{title}: {n} looks in 120 s",
        value if reported else None, other if reported else None, 1 + n % 90 / 7 if reported else None,
        (RecordRef("Alpha", "Thing", f"8b2ce078-e319-437f-ac28-{n:012}"), RecordRef("Beta", "Object", f"C-{n}")),
    )  # fmt: skip


def _browser(page: Path) -> None:
    program = shutil.which("chromium")
    if program is None or importlib.util.find_spec("playwright") is None:
        print("first usable in Chromium: not measured; it takes Debian's chromium and playwright (pip)")
        return
    times = sorted(_usable(program, page))
    print(f"first usable in Chromium {times[0]:.2f} s, median {times[len(times) // 2]:.2f} s (bar {USABLE_S} s)")


def _usable(program: str, page: Path) -> Iterator[float]:
    """Yield the seconds from asking for the page until a verdict was unfolded by a click."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody has it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(RUNS):
            tab = browser.new_page()
            began = time.perf_counter()
            tab.goto(page.as_uri(), wait_until="commit")
            tab.locator("button.v").first.click()
            tab.locator(".evidence").first.wait_for()
            yield time.perf_counter() - began
            tab.close()
        browser.close()


if __name__ == "__main__":
    if sys.argv[1:]:
        _render(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
