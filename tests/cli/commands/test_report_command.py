from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.reports.formats.table import FORMATS

MADE: dict[str, str] = {}
"""What one run told, by format; it is made for the first test that asks."""


@pytest.fixture
def at_once(qa_sync: QaSync, tmp_path: Path) -> dict[str, str]:
    if not MADE:
        words = [word for name in FORMATS for word in ("--report", f"{name}={tmp_path / name}")]
        qa_sync("check", "specs/000.txt", "-q", *words)
        MADE.update({name: (tmp_path / name).read_text(encoding="utf-8") for name in FORMATS})
    return MADE


@pytest.fixture
def found(at_once: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_text(at_once["json"], encoding="utf-8")
    return path


def test_the_results_keep_the_document(found: Path) -> None:
    (spec,) = json.loads(found.read_text())["specs"]
    assert spec["text"] == (ROOT / "specs/000.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_made_later_as_it_was_at_once(
    qa_sync: QaSync, at_once: dict[str, str], found: Path, tmp_path: Path, format_: str
) -> None:
    later = tmp_path / "later"
    assert qa_sync("report", str(found), "--report", f"{format_}={later}").code == 0
    assert later.read_text(encoding="utf-8") == at_once[format_]


def test_without_a_format_the_terminal_tells(qa_sync: QaSync, found: Path) -> None:
    result = qa_sync("report", str(found))
    assert result.code == 0
    totals = json.loads(found.read_bytes())["totals"]
    assert totals["passed"]
    assert f"{sum(totals.values())} checks: {totals['passed']} passed, {totals['skipped']} skipped" in result.out


def test_a_failing_run_is_reported_with_exit_code_0(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    only = ("--section", "1", "--kind", "property", "--timeout", "20")
    run = qa_sync("check", "specs/000.txt", *only, "--fault", "truncate", "-q", "--report", f"json={path}")
    assert run.code == 1
    result = qa_sync("report", str(path), "-q")
    assert result.code == 0
    assert "specs/000.txt:20 | .. list-table::" in result.out


def test_standard_input_is_read(qa_sync: QaSync, found: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(found.read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert f"{json.loads(found.read_bytes())['totals']['passed']} passed" in qa_sync("report", "-").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "not JSON: Expecting value"),
        (b"\xff\xfe", "not UTF-8 text, expected results as JSON"),
        (b"[]", "expected results of schema 'qa-sync/results/1', got None"),
        (b'{"schema": "qa-sync/checklist/1"}', "got 'qa-sync/checklist/1'"),
        (b'{"schema": "qa-sync/results/1"}', "object missing required field `mode`"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_wrong_file_is_reported(qa_sync: QaSync, tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(text)
    result = qa_sync("report", str(path))
    assert result.code == 2
    assert str(path) in result.err
    assert said in result.err


def test_no_file_is_reported(qa_sync: QaSync, tmp_path: Path) -> None:
    result = qa_sync("report", str(tmp_path / "none.json"))
    assert result.code == 2
    assert "No such file or directory\n  hint: qa-sync check SPEC --report json=results.json writes one" in result.err


def test_a_report_does_not_overwrite_the_results(qa_sync: QaSync, found: Path) -> None:
    result = qa_sync("report", str(found), "--report", f"html={found}")
    assert result.code == 2
    assert "would overwrite" in result.err


def test_a_markdown_report_is_also_the_summary_of_the_job(
    qa_sync: QaSync, found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result = qa_sync("report", str(found), "--report", "markdown")
    assert summary.read_text(encoding="utf-8") == f"before\n{result.out}"
    qa_sync("report", str(found), "--report", "junit")
    assert summary.read_text(encoding="utf-8") == f"before\n{result.out}"


def test_v_reports_each_check_and_every_reason(qa_sync: QaSync) -> None:
    result, short = qa_sync("check", "specs/000.txt", "-v"), qa_sync("check", "specs/000.txt")
    assert result.err.count("specs/000.txt:14  passed  create  ") == 1
    reason = "Wix has no endpoint for it"
    often, seldom = (" ".join(one.out.split()).count(reason) for one in (result, short))
    assert often > 50 > seldom


def test_annotations_are_for_github_and_leave_standard_output_alone(qa_sync: QaSync) -> None:
    result = qa_sync(
        *("check", "specs/000.txt", "--section", "1", "--kind", "create", "-q"),
        *("--fault", "drop-create", "--timeout", "20"),
        *("--annotations", "github", "--report", "json"),
    )
    assert json.loads(result.out)["exit_code"] == 1
    assert (
        "::error file=specs/000.txt,line=14,title=create%3A a new Wix.com Contacts gets one Customerp Contact::"
        in result.err
    )


def test_shards_are_merged_into_one_report(qa_sync: QaSync, tmp_path: Path) -> None:
    shards = [str(tmp_path / f"{n}.json") for n in (1, 2, 3)]
    for n, path in enumerate(shards, 1):
        few = ("--kind", "create", "--shard", f"{n}/3")
        qa_sync("check", "specs/000.txt", *few, "-q", "--report", f"json={path}")
    done = qa_sync("report", *shards, shards[0])
    assert done.code == 0
    assert "3 checks: 3 passed" in done.out
    again = tmp_path / "again.json"
    again.write_bytes(Path(shards[0]).read_bytes())
    assert "results of a newer run replace those of 1 checks" in qa_sync("report", *shards, str(again)).err


def test_another_schema_is_refused_by_the_name_of_its_file(qa_sync: QaSync, found: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(found.read_text(encoding="utf-8").replace("results/1", "results/9", 1), encoding="utf-8")
    done = qa_sync("report", str(found), str(other))
    assert done.code == 2
    assert f"{other}:2: expected results of schema" in done.err


def test_the_page_is_opened_in_the_browser(
    qa_sync: QaSync, found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened: list[str] = []
    for has_browser, said in ((True, "opened file://"), (False, "no browser was found; open file://")):

        def show(url: str, has_browser: bool = has_browser) -> bool:
            opened.append(url)
            return has_browser

        monkeypatch.setattr("qa_sync.cli.open_page.webbrowser.open", show)
        assert said in qa_sync("report", str(found), "--open").err
    page = Path(opened[0].removeprefix("file://"))
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert page.stat().st_mode & 0o077 == 0
    kept = tmp_path / "kept.html"
    qa_sync("report", str(found), "--report", f"html={kept}", "--open")
    assert opened[-1] == kept.as_uri()
