"""A time of a simulated clock is called simulated wherever it is shown; a time that passed is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_caller import QaSync

ONE_WAY = (
    *("check", "specs/000.txt", "--section", "1", "--fault", "one-way", "--timeout", "20"),
    *("--mode", "sandbox", "--no-history", "--color", "never"),
)
FORMATS = ("html", "markdown", "rst", "junit", "json", "ndjson")
REPORTS: dict[str, str] = {}
TIME = re.compile(r"(?<![\w.:])\d+(?:\.\d+)? s\b")
MARKED = re.compile(r"(?<![\w.:])\d+(?:\.\d+)? s(?: sim\b| simulated\b| of simulated time)")
PROGRAM = re.compile(r"<style>.*?</style>|<script>.*?</script>", re.DOTALL)
LATENCY = re.compile(r'<section aria-labelledby="h-lag">.*?</section>', re.DOTALL)


def unmarked(text: str) -> int:
    """Return how many times are not called simulated."""
    return len(TIME.findall(text)) - len(MARKED.findall(text))


@pytest.mark.parametrize("width", ["80", "120"])
@pytest.mark.parametrize("verbose", [(), ("-v",)])
def test_in_the_terminal(
    qa_sync: QaSync, width: str, verbose: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    done = qa_sync(*ONE_WAY, *verbose)
    assert done.code == 1
    assert len(MARKED.findall(done.out)) > 5
    assert "sim: seconds of a simulated clock" in done.out
    assert unmarked(" ".join(done.out.split())) == 1  # the duration of the run
    assert not unmarked(done.err)


@pytest.fixture
def reports(qa_sync: QaSync, tmp_path: Path) -> dict[str, str]:
    """Return the reports of one run by format, which is run once."""
    if not REPORTS:
        wanted = [word for name in FORMATS for word in ("--report", f"{name}={tmp_path / name}")]
        assert qa_sync(*ONE_WAY, "-q", *wanted).code == 1
        REPORTS.update((name, (tmp_path / name).read_text(encoding="utf-8")) for name in FORMATS)
    return REPORTS


@pytest.mark.parametrize("format_", FORMATS)
def test_in_a_report(reports: dict[str, str], format_: str) -> None:
    text = PROGRAM.sub("", reports[format_])
    assert MARKED.search(text)
    assert unmarked(LATENCY.sub("", text)) == (format_ in {"html", "markdown"})  # the duration of the run
    assert all("Sync latency (simulated)" in table for table in LATENCY.findall(text))


def test_a_time_that_passed_has_no_mark(qa_sync: QaSync, reports: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    real = reports["json"].replace('"simulated": true,', "").replace(" of simulated time", "")
    path.write_text(real.replace('"mode": "sandbox"', '"mode": "live"'), encoding="utf-8")
    for format_ in ("html", "markdown", "rst", "junit", "ndjson"):
        assert "simulated" not in PROGRAM.sub("", qa_sync("report", str(path), "--report", format_).out)
    assert " sim " not in qa_sync("report", str(path)).out
