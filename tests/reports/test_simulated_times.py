"""A time of a simulated clock is called simulated wherever it is shown; a time that passed is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_caller import QaSync

ONE_WAY = ("check", "specs/000.txt", "--mode", "sandbox", "--fault", "one-way", "--no-history", "--color", "never")
FORMATS = ("html", "markdown", "rst", "junit", "json", "ndjson")
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
    assert len(MARKED.findall(done.out)) > 10
    assert "sim: seconds of a simulated clock" in done.out
    assert unmarked(" ".join(done.out.split())) == 1  # the duration of the run
    assert not unmarked(done.err)


@pytest.mark.parametrize("format_", FORMATS)
def test_in_a_report(qa_sync: QaSync, tmp_path: Path, format_: str) -> None:
    path = tmp_path / "report"
    assert qa_sync(*ONE_WAY, "-q", "--report", f"{format_}={path}").code == 1
    text = PROGRAM.sub("", path.read_text(encoding="utf-8"))
    assert MARKED.search(text)
    assert unmarked(LATENCY.sub("", text)) == (format_ in {"html", "markdown"})  # the duration of the run
    assert all("Sync latency (simulated)" in table for table in LATENCY.findall(text))


def test_a_time_that_passed_has_no_mark(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    qa_sync(*ONE_WAY, "-q", "--report", f"json={path}")
    real = path.read_text(encoding="utf-8").replace('"simulated": true,', "").replace(" of simulated time", "")
    path.write_text(real.replace('"mode": "sandbox"', '"mode": "live"'), encoding="utf-8")
    for format_ in ("html", "markdown", "rst", "junit", "ndjson"):
        assert "simulated" not in PROGRAM.sub("", qa_sync("report", str(path), "--report", format_).out)
    assert " sim " not in qa_sync("report", str(path)).out
