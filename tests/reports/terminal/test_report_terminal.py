from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from report_samples import COPY, CUSTOMER, ORDER, SPEC, events, hostile_results, large_results, results, source_line
from waits import until
from work import calls

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import text_of, width_of
from qa_sync.reports.terminal.final_report import end_report
from qa_sync.reports.terminal.live_view import live_lines
from qa_sync.reports.terminal.progress import RunProgress
from qa_sync.reports.terminal.terminal import Color, Terminal
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import (
    CheckFinished,
    Event,
    Leftover,
    Looked,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    Status,
    StepStarted,
)
from qa_sync.running.results import Results

SGR = re.compile(r"\x1b\[[0-9;]*m")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(
    some: Results,
    width: int = 80,
    color: Color = "never",
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> str:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err, color=color, width=width, quiet=quiet, verbose=verbose, environ={})
    terminal.report(some, source_line)
    assert err.getvalue() == ""
    return out.getvalue()


def watched(stream: list[Event], err: io.StringIO, *, verbose: bool = False, quiet: bool = False) -> str:
    terminal = Terminal(io.StringIO(), err, verbose=verbose, quiet=quiet, width=80, environ={})
    assert list(terminal.follow(stream)) == stream
    return err.getvalue()


@pytest.mark.parametrize("width", [40, 80, 119, 120, 200])
@pytest.mark.parametrize("some", [results(), hostile_results(), large_results()])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_the_page_and_nothing_trails(some: Results, width: int, verbose: bool) -> None:
    for line in printed(some, width, verbose=verbose).splitlines():
        assert width_of(line) <= width
        assert line == line.rstrip()
        assert line.isprintable()


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("some", [results(), hostile_results(), large_results()])
def test_colours_change_nothing_but_colours(some: Results, width: int) -> None:
    colored = printed(some, width, "always")
    assert "\x1b[" in colored
    assert SGR.sub("", colored) == printed(some, width)


def test_every_status_and_every_reason_is_told() -> None:
    shown = printed(results(), 200)
    for status in Status:
        assert re.search(rf"^  . {status} ", shown, re.MULTILINE)
    for check in results().checks:
        assert check.title in shown
        assert all(line in shown for line in (check.message or "").splitlines())
    assert "    2  A has no endpoint that changes an order" in shown
    assert "A Customer c-17  HTTP 403" in shown
    assert "3 A Customer to B Client  specs/shop.txt:55  repeats section 1" in shown


def test_a_failure_shows_the_document_and_both_values() -> None:
    assert (
        "specs/shop.txt:13 | The following properties are synchronized between an A Cust…\n"
        "  ✗ failed  property  billing.email -> contact.email  inferred  120 s\n"
        "    the value did not arrive within 120 s; looked 40 times\n"
        '    expected  "åse@example.test"\n'
        "    actual    null\n"
        "    records   A Customer c-17, B Client 9001\n"
    ) in printed(results())


def test_quiet_leaves_only_what_went_wrong_and_the_totals() -> None:
    shown = printed(results(), quiet=True)
    assert "A to B Dataflow" not in shown
    assert "specs/shop.txt:13 | " in shown
    assert "inferred: this pair is not in the spec" in shown
    assert "settings:" not in shown
    assert shown.endswith(
        "12 checks: 7 passed, 1 failed, 1 error, 2 skipped, 1 manual\n0.42 s, replay, recorded 2025-03-09, seed 7f3a\n"
    )


def test_a_reason_is_said_once_a_table_unless_verbose() -> None:
    assert printed(results(), 200).count("A has no endpoint") == 2
    assert printed(results(), 200, verbose=True).count("A has no endpoint") == 3


def with_checks(*checks: CheckFinished) -> Results:
    start: list[Event] = [e for e in events() if not isinstance(e, CheckFinished | RunFinished)]
    return collect_results([*start, *checks, RunFinished(0.5)])


def some_check(title: str, status: Status = Status.FAILED, **more: object) -> CheckFinished:
    first = results().checks[0]
    return replace(first, title=title, status=status, latency_s=None, **more)


def test_what_failed_alike_stands_together() -> None:
    shown = printed(with_checks(*(some_check(f"p{n} -> q{n}", Status.ERROR, message="B is away") for n in range(3))))
    end = shown[shown.index("specs/shop.txt:9 |") : shown.index("Failures and errors")]
    assert end.count("B is away") == 1
    assert all(f"p{n} -> q{n}" in end for n in range(3))


def test_long_values_show_their_difference() -> None:
    long = with_checks(some_check("a -> b", expected="x" * 5000 + "1" + "y" * 500, actual="x" * 5000 + "2" + "y" * 500))
    shown = printed(long)
    assert len(shown.splitlines()) < 40
    assert "x1y" in shown
    assert "x2y" in shown
    assert "of 5503)" in shown
    assert printed(long, verbose=True).count("x") > 10_000


def test_nothing_verified_is_said() -> None:
    shown = printed(with_checks(some_check("a -> b", Status.SKIPPED, message="cannot")))
    assert shown.endswith("Nothing was verified: no check passed or failed.\n")
    assert "Nothing was verified" not in printed(results())


def test_an_encoding_without_our_symbols_gets_others() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(out, io.StringIO(), width=80, environ={}).report(results(), source_line)
    shown = raw.getvalue().decode("ascii")
    assert "+ passed" in shown
    assert "x failed" in shown
    assert r'"\xe5se@example.test"' in shown
    assert "an A Cu..." in shown


@pytest.mark.parametrize(
    ("environ", "tty", "color", "colored"),
    [
        ({"TERM": "xterm"}, True, "auto", True),
        ({}, False, "auto", False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, "auto", False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, "auto", True),
        ({"TERM": "dumb"}, True, "auto", False),
        ({"TERM": "xterm"}, True, "never", False),
        ({"NO_COLOR": "1"}, False, "always", True),
    ],
)
def test_colours_are_a_matter_of_the_stream_and_the_wish(
    environ: dict[str, str], tty: bool, color: Color, colored: bool
) -> None:
    out = Screen() if tty else io.StringIO()
    Terminal(out, io.StringIO(), color=color, environ=environ).report(results())
    assert ("\x1b" in out.getvalue()) is colored


def test_the_width_is_that_of_the_environment() -> None:
    out = io.StringIO()
    Terminal(out, io.StringIO(), environ={"COLUMNS": "60"}).report(results(), source_line)
    assert 50 < max(map(width_of, out.getvalue().splitlines())) <= 60


def test_a_pipe_gets_a_line_a_section() -> None:
    assert watched(list(events()), io.StringIO()) == (
        "[7/12] specs/shop.txt  1 A Customer to B Client: 6 passed, 1 failed\n"
        "[12/12] specs/shop.txt  2 A Order to B Purchase: 1 passed, 1 error, 2 skipped, 1 manual\n"
        "[12/12] specs/shop.txt  3 A Customer to B Client: repeats section 1\n"
    )


def test_a_pipe_gets_a_line_a_check_on_demand() -> None:
    lines = watched(list(events()), io.StringIO(), verbose=True).splitlines()
    assert "specs/shop.txt:13  failed  property  billing.email -> contact.email  120 s" in lines
    assert "specs/shop.txt  1 A Customer to B Client: insert an A Customer" in lines
    assert len(lines) == 12 + 3 + 2


def test_quiet_watching_is_silent() -> None:
    assert watched(list(events()), io.StringIO(), quiet=True) == ""


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_a_dumb_terminal_gets_plain_lines(term: str) -> None:
    err = Screen()
    terminal = Terminal(io.StringIO(), err, width=80, environ={"TERM": term})
    list(terminal.follow([replace(e, mode="live") if isinstance(e, RunStarted) else e for e in events()]))
    assert ("\x1b" in err.getvalue()) is (term != "dumb")


def test_a_live_display_shows_the_step_and_goes_away() -> None:
    err = Screen()
    terminal = Terminal(io.StringIO(), err, color="never", width=80, environ={"TERM": "xterm"})
    shown = ""
    for event in terminal.follow([replace(e, mode="live") if isinstance(e, RunStarted) else e for e in events()]):
        if isinstance(event, SectionStarted) and event.key == COPY:
            shown = until(lambda: err.getvalue() if "▸ 3 " in err.getvalue() else "")
    assert "12/12" in shown
    assert "1 failed" in shown
    assert re.search(r"✗ 1 A Customer to B Client  \d+ s, 6 passed, 1 failed", shown)
    assert re.search(r"▸ 3 A Customer to B Client  \d+ s", shown)
    assert err.getvalue().endswith(("\x1b[2K", "\x1b[?25h"))


def test_many_sections_side_by_side_take_few_lines() -> None:
    tally = RunProgress()
    tally.add(RunStarted("live", "1", results().started, 60))
    for n in range(6):
        tally.add(SectionStarted(SPEC, f"{n}-x", n, "x" * 100, 1, None))
        tally.add(StepStarted(SPEC, f"{n}-x", "insert\x1b[2J"))
    lines = text_of(live_lines(tally, OutputOptions(width=60), 1.0, height=12)).splitlines()
    assert len(lines) == 1 + 4 * 2 + 1
    assert lines[-1] == "  and 2 more"
    assert all(width_of(line) <= 60 and line.isprintable() for line in lines)


def waiting(*, specs: int = 1) -> RunProgress:
    """Return a tally at 10 s: a section is done, another waits since 4.2 s."""
    tally = RunProgress()
    tally.add(RunStarted("live", "1", results().started, 40), 0.0)
    for n in range(specs):
        tally.add(SpecStarted(f"{n}{SPEC}", "A to B"), 0.0)
    tally.add(SectionStarted(SPEC, CUSTOMER, 1, "A Customer to B Client", 7, None), 0.0)
    for status in (Status.PASSED, Status.SKIPPED, Status.FAILED):
        tally.add(replace(some_check("x", status), spec=SPEC, key=CUSTOMER), 3.0)
    tally.add(SectionFinished(SPEC, CUSTOMER), 4.0)
    tally.add(SectionStarted(SPEC, ORDER, 2, "A Order to B Purchase", 31, None), 4.0)
    tally.add(StepStarted(SPEC, ORDER, "wait for B Purchase (subject)"), 5.0)
    tally.add(Looked(SPEC, ORDER, "B Purchase (subject)", 3, 3.0, 120.0), 8.8)
    return tally


def test_what_is_waited_for_and_how_long_is_told_at_80_columns() -> None:
    assert text_of(live_lines(waiting(), OutputOptions(width=80), 10.0)) == (
        "━───────────────────  3/40  ✓ 1  ✗ 1  - 1  10 s\n"
        "  ✗ 1 A Customer to B Client  4 s, 1 passed, 1 failed, 1 skipped\n"
        "  ▸ 2 A Order to B Purchase  6 s\n"
        "      waiting for B Purchase (subject), 3rd poll, 4.2 of 120 s\n"
    )


def test_the_time_left_is_told_once_a_good_part_is_done() -> None:
    tally = waiting()
    tally.expected = 10
    assert "10 s, about 35 s left" in text_of(live_lines(tally, OutputOptions(width=80), 10.0))
    tally.expected = 11
    assert "left" not in text_of(live_lines(tally, OutputOptions(width=80), 10.0))


def test_a_wide_screen_has_the_step_beside_the_section_and_the_documents_of_several() -> None:
    lines = text_of(live_lines(waiting(specs=2), OutputOptions(width=200, encoding="ascii"), 10.0)).splitlines()
    assert "  3/40  + 1 passed  x 1 failed  - 1 skipped  10 s" in lines[0]
    assert lines[2] == (
        f"  > {SPEC}  2 A Order to B Purchase  6 s  waiting for B Purchase (subject), 3rd poll, 4.2 of 120 s"
    )


def test_the_live_picture_tells_which_section_another_repeats() -> None:
    tally = waiting()
    tally.add(SectionStarted(SPEC, COPY, 3, "A Customer to B Client", 55, 1), 9.0)
    tally.add(SectionFinished(SPEC, COPY), 9.0)
    assert "  - 3 A Customer to B Client  0 s, repeats section 1\n" in text_of(
        live_lines(tally, OutputOptions(width=80), 10.0)
    )


def test_another_step_ends_the_wait() -> None:
    tally = waiting()
    tally.add(StepStarted(SPEC, ORDER, "look again"), 9.0)
    assert "      look again\n" in text_of(live_lines(tally, OutputOptions(width=80), 10.0))


@pytest.mark.parametrize("height", [1, 3, 5, 24])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_live_picture_fits_the_screen(width: int, height: int) -> None:
    tally = RunProgress()
    tally.add(RunStarted("live", "1", results().started, 60))
    for n in range(40):
        tally.add(SectionStarted(SPEC, f"{n}-x", n, "日本 x" * 30, 1, None))
        if n < 30:
            tally.add(SectionFinished(SPEC, f"{n}-x"))
    lines = text_of(live_lines(tally, OutputOptions(width=width), 5.0, height)).splitlines()
    assert len(lines) <= max(height, 4)
    assert all(width_of(line) <= width for line in lines)


def test_a_pipe_tells_of_looks_on_demand() -> None:
    look = Looked(SPEC, CUSTOMER, "B Client (subject)", 1, 0.0, 120.0)
    stream = [*list(events())[:4], look]
    assert watched(stream, io.StringIO(), verbose=True).endswith(
        "specs/shop.txt  1 A Customer to B Client: waiting for B Client (subject), 1st poll, 0.0 of 120 s\n"
    )


def test_a_short_replay_draws_nothing() -> None:
    assert watched(list(events()), Screen()) == ""


def test_the_display_is_put_away_when_the_run_breaks() -> None:
    def broken() -> Iterator[Event]:
        yield RunStarted("live", "1", results().started, 1)
        raise RuntimeError("gone")

    err = Screen()
    terminal = Terminal(io.StringIO(), err, width=80, environ={"TERM": "xterm"})
    with pytest.raises(RuntimeError, match="gone"):
        list(terminal.follow(broken()))
    assert "\x1b[?25h" in err.getvalue()


def test_an_interrupted_run_still_reports() -> None:
    begun = [e for e in events() if not isinstance(e, SectionFinished | CheckFinished)]
    assert "nothing to check" in printed(collect_results(begun))


def test_rich_is_loaded_for_colours_only() -> None:
    program = (
        "import sys, io; sys.path[:0] = [sys.argv[1]]\n"
        "from report_samples import events, results\n"
        "from qa_sync.reports import formats\n"
        "from qa_sync.reports.terminal.terminal import Terminal\n"
        "terminal = Terminal(io.StringIO(), io.StringIO())\n"
        "list(terminal.follow(events())); terminal.report(results())\n"
        "print(sorted({'rich', 'xml', 'click', 'httpx'} & set(sys.modules)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parents[1])], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_ten_times_the_checks_are_ten_times_the_work() -> None:
    def work(count: int) -> int:
        some, output = large_results(count), OutputOptions()
        return calls(lambda: list(end_report(some, output)))

    work(1)  # what is loaded once is loaded now
    assert work(600) < 11 * work(60)


def test_what_is_left_for_the_same_reason_stands_together() -> None:
    lost = tuple(Leftover("B", "Client", str(n), "B keeps them") for n in (1, 2, 3))
    some = replace(results(), leftovers=lost)
    assert "Not removed by the recorded run\n  B Client 1, 2, 3  B keeps them\n" in printed(some)
    assert "Not removed\n  B Client 1, 2, 3  B keeps them\n" in printed(replace(some, mode="live"))


def test_checks_of_a_kind_that_ended_alike_share_a_row_unless_verbose() -> None:
    passed = [replace(some_check(f"p{n} -> q{n}", Status.PASSED, kind="property"), latency_s=1.0 + n) for n in range(5)]
    few = [some_check(f"f{n} -> g{n}", Status.PASSED, kind="merge") for n in range(3)]
    skipped = [
        some_check(f"s{n} -> t{n}", Status.SKIPPED, kind="property", message=f"reason {n % 2}") for n in range(10)
    ]
    failed = [some_check(f"x{n} -> y{n}", kind="update-forward", message=f"why {n}") for n in range(5)]
    everything = with_checks(*passed, *few, *skipped, *failed)
    lines = printed(everything, 200).splitlines()
    assert "  ✓ passed   5.00 s  property        5 checks, fastest 1.00 s" in lines
    assert [line.split()[-2:] for line in lines if "5 checks" in line and "skipped" in line] == [
        ["reason", "0"],
        ["reason", "1"],
    ]
    table = "\n".join(lines[: lines.index("Skipped")])
    assert all(f"f{n} -> g{n}" in table for n in range(3))
    assert all(f"x{n} -> y{n}" in table for n in range(5))
    assert "why" not in table  # the failures' blocks tell it
    whole = printed(everything, 200, verbose=True)
    assert all(check.title in whole for check in everything.checks)


def test_reasons_of_many_checks_come_first() -> None:
    some = with_checks(*(some_check(f"s{n}", Status.SKIPPED, message="rare" if n == 0 else "often") for n in range(4)))
    shown = printed(some)
    assert shown.index("    3  often") < shown.index("    1  rare")
