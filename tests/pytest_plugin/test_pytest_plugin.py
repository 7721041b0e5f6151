"""`pytest specs/` as a user runs it, in a project of its own.

Most runs are in this process: starting another one takes longer than what is tested.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jinja2.sandbox
import pytest
from cli_caller import QaSync
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_sync.checklist.depth import Depth
from qa_sync.errors import RequestRejected
from qa_sync.modes import replay, sandbox
from qa_sync.modes.job import Job, PreparedRun
from qa_sync.modes.table import prepare
from qa_sync.pytest_plugin import hooks, spec_run
from qa_sync.pytest_plugin.texts import item_name
from qa_sync.running.events import Leftover
from qa_sync.running.runner import run
from qa_sync.sync.writer import NOTHING_WRITTEN, PlainWriter

KEPT = (replay, sandbox, jinja2.sandbox)
"""What a run loads late. One in this process would unload it again, and a library half loaded twice does not work."""
ROOT = Path(__file__).parents[2]
BROKEN = ("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "Products and brand", "specs/000.txt")
"""Two checks, both of them of edits."""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a document, its recordings, a text that is no document, and nothing else."""
    shutil.copytree(ROOT / "specs", pytester.path / "specs")
    (pytester.path / "cassettes").symlink_to(ROOT / "cassettes")
    (pytester.path / "specs" / "notes.txt").write_text("To do: everything\n", encoding="utf-8")
    return pytester


@pytest.fixture
def no_edit_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the built-in sync one that carries no edit, which is waited for ten cycles."""
    monkeypatch.setattr(PlainWriter, "update", lambda *_: NOTHING_WRITTEN)
    monkeypatch.setattr(spec_run, "TIMEOUT_S", 20.0)


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    return {word: number for word, number in result.parseoutcomes().items() if word not in {"warning", "warnings"}}


def collected(project: pytest.Pytester, *words: str) -> list[str]:
    result = project.runpytest_inprocess("--qa-sync", "--collect-only", "-q", *words)
    return [line for line in result.outlines if "::" in line]


def test_nothing_is_collected_without_being_asked_for(project: pytest.Pytester) -> None:
    assert project.runpytest_inprocess("specs").ret == pytest.ExitCode.NO_TESTS_COLLECTED


COUNT_RUNS = """
from pathlib import Path
from qa_sync.pytest_plugin import spec_run

def counted(checklists, *others, run=spec_run.run):
    with Path("runs.txt").open("a") as file:
        file.writelines(f"{c.dataflow.path} {p.section.ordinal}\\n" for c in checklists for p in c.sections)
    return run(checklists, *others)

spec_run.run = counted
"""


def test_every_check_is_an_item_and_replays_on_two_workers_as_on_one(project: pytest.Pytester) -> None:
    alone = project.runpytest_inprocess("--qa-sync", "specs/000.txt", "-p", "no:xdist")
    found = outcomes(alone)
    assert alone.ret == pytest.ExitCode.OK
    assert found.keys() == {"passed", "skipped"}
    assert found["passed"] > 100
    alone.stderr.no_fnmatch_line("*not removed*")  # what the recorded run left is no news
    project.makeconftest(COUNT_RUNS)
    words = ("--qa-sync", "specs/000.txt", "-n", "2", "--dist", "loadgroup", "--junitxml=out.xml")
    shared = project.runpytest_subprocess(*words)
    assert (shared.ret, outcomes(shared)) == (pytest.ExitCode.OK, found)
    runs = (project.path / "runs.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(runs) == sorted(set(runs))  # each section ran once for both workers
    names = {str(case.get("name")) for case in ET.parse(project.path / "out.xml").iter("testcase")}  # noqa: S314
    assert len(names) == sum(found.values())
    assert not any("@" in name or "::" in name or "[" in name for name in names)


def test_a_section_that_is_cut_off_is_one_error_and_runs_once(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[object] = []

    def cut_off(*checklists: object) -> None:
        runs.append(checklists)
        pytest.fail("Timeout (>3.0s)")

    monkeypatch.setattr(spec_run, "run", cut_off)
    result = project.runpytest_inprocess("--qa-sync", "-k", "Products and property", "specs/000.txt", "-rs")
    found = outcomes(result)
    assert found.keys() == {"errors", "skipped", "deselected"}
    assert found["errors"] == 1
    assert len(runs) == 1
    result.stdout.fnmatch_lines(["*not run: the section was cut off: Timeout (>3.0s)*"])


RUN_TWICE = """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    runtestprotocol(item, log=False, nextitem=nextitem)
    runtestprotocol(item, log=True, nextitem=nextitem)
    return True
"""


def test_a_check_that_is_run_again_has_a_new_verdict(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a plugin for reruns does it: the same item once more. What ended the first attempt does not end the second."""
    attempts: list[str] = []

    def prepared(mode: str, job: Job) -> PreparedRun:
        attempts.append(mode)
        if len(attempts) == 1:
            raise RequestRejected("not yet", status=503)
        return prepare(mode, job)

    monkeypatch.setattr(spec_run, "prepare", prepared)
    project.makeconftest(RUN_TWICE)
    result = project.runpytest_inprocess("--qa-sync", "-k", "Products and create", "specs/000.txt")
    assert outcomes(result)["passed"] == 1
    assert len(attempts) == 2


def test_a_run_again_plays_the_section_again(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[object] = []

    def counted(*arguments: Any) -> Any:
        runs.append(arguments)
        return run(*arguments)

    monkeypatch.setattr(spec_run, "run", counted)
    project.makeconftest(RUN_TWICE)
    result = project.runpytest_inprocess("--qa-sync", "-k", "Products and (create or unique)", "specs/000.txt")
    assert outcomes(result)["passed"] == 2
    assert len(runs) == 2  # once in each attempt, for both checks


@given(st.text(st.sampled_from("a[]:/=.1"), max_size=12))
def test_no_name_of_an_item_has_what_pytest_reads_as_its_own(check: str) -> None:
    name = item_name(check)
    assert not {"[", "]"}.intersection(name)
    assert "::" not in name


@pytest.mark.usefixtures("no_edit_arrives")
def test_what_failed_for_one_cause_is_reported_once_at_the_end(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)  # there pytest repeats the whole message in its summary
    words = ("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "Products and update-forward", "specs/000.txt")
    result = project.runpytest_inprocess(*words)
    result.stdout.fnmatch_lines(
        ["*as above: no edit of Wix.com arrives*", "*by cause*", "*no edit of Wix.com arrives: update-forward 8 of 8 *"]
    )
    blocks = [line for line in result.outlines if line.startswith("    expected ")]
    assert len(blocks) == 3  # the others are a line each


def test_the_ini_file_opts_folders_in(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nqa_sync_specs = specs/003.txt")
    result = project.runpytest_inprocess("--collect-only", "-q")
    ids = [line for line in result.outlines if "::" in line]
    assert ids
    assert all(line.startswith("specs/003.txt::") for line in ids)


def test_node_ids_are_stable_and_select_one_check(project: pytest.Pytester) -> None:
    ids = collected(project, "specs/000.txt")
    assert len(set(ids)) == len(ids) > 100
    assert collected(project, "--qa-sync-seed", "another", "specs/000.txt") == ids
    assert outcomes(project.runpytest_inprocess("--qa-sync", ids[0])) == {"passed": 1}


def test_words_select_kinds_titles_and_headings(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("--qa-sync", "-k", "create and Products", "specs/000.txt", "-v")
    assert result.parseoutcomes()["passed"] == 1
    result.stdout.fnmatch_lines(["*create*PASSED*"])


def test_a_missing_recording_is_an_error_with_what_to_do(project: pytest.Pytester) -> None:
    (project.path / "cassettes").unlink()
    result = project.runpytest_inprocess("--qa-sync", "-k", "create", "specs/000.txt")
    found = outcomes(result)
    assert found.keys() == {"errors", "skipped", "deselected"}
    assert found["errors"] == 1  # a document, not a check
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*--mode record*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*spec_run.py*")


@pytest.mark.usefixtures("no_edit_arrives")
def test_a_broken_promise_fails_with_the_documents_line_and_is_run_again_by_lf(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(*BROKEN)
    assert result.parseoutcomes()["failed"] == 2
    result.stdout.fnmatch_lines(["*specs/000.txt:* | *", "*expected*", "*actual*"])
    again = project.runpytest_inprocess("--lf", "-x", *BROKEN)
    again.stdout.fnmatch_lines(["*rerun previous 2 failures*", "*stopping after 1 failures*"])


def test_a_faulty_document_is_a_collection_error_with_its_line(project: pytest.Pytester) -> None:
    (project.path / "specs" / "bad.txt").write_bytes(b"A to B Dataflow\n===============\n\n\xff\n")
    result = project.runpytest_inprocess("--qa-sync", "specs/bad.txt")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*specs/bad.txt:4: expected UTF-8*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(("mode", "told"), [("replya", "*did you mean*replay*"), ("record", "*qa-sync check --mode*")])
def test_a_mode_that_tests_do_not_have_is_refused(project: pytest.Pytester, mode: str, told: str) -> None:
    result = project.runpytest_inprocess("--qa-sync", "--qa-sync-mode", mode, "specs/000.txt")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines([told])


def test_junit_has_the_line_of_the_sentence_and_its_kind(project: pytest.Pytester) -> None:
    words = ("-k", "create and Contacts", "specs/000.txt", "--junitxml=out.xml", "-o", "junit_family=xunit1")
    project.runpytest_inprocess("--qa-sync", *words)
    (case,) = ET.parse(project.path / "out.xml").iter("testcase")  # noqa: S314 - pytest has written it
    assert case.get("file") == "specs/000.txt"
    assert case.get("line") == "13"
    kinds = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert kinds["kind"] == "create"
    assert float(kinds["simulated_latency_s"] or 0) > 0


def test_the_sandbox_can_be_played_too(project: pytest.Pytester) -> None:
    words = ("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "Products and create", "specs/000.txt")
    result = project.runpytest_inprocess(*words)
    assert result.ret == pytest.ExitCode.OK
    assert outcomes(result).keys() == {"passed", "deselected"}


def test_the_settings_say_what_the_document_leaves_open_as_for_show(
    project: pytest.Pytester, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A condition that `qa-sync.toml` spells out is checked here as on the command line."""
    monkeypatch.chdir(project.path)
    specs = ROOT / "tests" / "faults" / "specs"
    config, spec = "told.toml", "customwebshop-customerp.txt"
    shutil.copy(specs / "qa-sync.toml", project.path / config)
    shutil.copy(specs / spec, project.path)
    bare = collected(project, spec)
    reported = collected(project, "--qa-sync-config", config, spec)
    shown = json.loads(qa_sync("show", "--format", "json", "--config", config, spec).out)
    assert [line.partition("::")[2] for line in reported] == [c["id"] for s in shown["sections"] for c in s["checks"]]
    assert reported == bare  # the ids; what is made of the condition is played:
    words = ("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "condition and human", spec)
    assert outcomes(project.runpytest_inprocess(*words)).keys() == {"skipped", "deselected"}
    assert outcomes(project.runpytest_inprocess("--qa-sync-config", config, *words)).keys() == {"passed", "deselected"}


def test_the_depth_is_an_option(project: pytest.Pytester) -> None:
    assert tuple(depth.value for depth in Depth) == hooks.DEPTHS
    assert len(collected(project, "--qa-sync-depth", "smoke", "specs/000.txt")) < len(
        collected(project, "specs/000.txt")
    )


@pytest.mark.usefixtures("no_edit_arrives")
def test_live_systems_are_cleaned_up_once_and_nothing_confidential_is_reported(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned_up: list[Sequence[Leftover]] = []

    def sweep(reported: Sequence[Leftover]) -> tuple[Leftover, ...]:
        cleaned_up.append(reported)
        return (Leftover("ERP", "Product", "7", "it is locked"),)

    def prepared(mode: str, job: Job) -> PreparedRun:
        ready = replace(prepare(mode, job), clean_up=sweep)
        return replace(ready, redact=lambda text: text.replace("brand 0", "(hidden)"))

    monkeypatch.setattr(spec_run, "prepare", prepared)
    result = project.runpytest_inprocess(*BROKEN)
    result.stdout.fnmatch_lines(["*actual*(hidden)*"])
    result.stdout.no_fnmatch_line("*brand 0*")
    result.stderr.fnmatch_lines(["not removed: ERP Product 7: it is locked"])
    assert len(cleaned_up) == 1


def test_a_record_that_never_came_fails_one_of_the_checks_that_pytest_selected(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise RequestRejected("no", status=422)

    monkeypatch.setattr(PlainWriter, "insert", refuse)
    monkeypatch.setattr(spec_run, "TIMEOUT_S", 20.0)
    only = ("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "Products and update-forward", "specs/000.txt")
    result = project.runpytest_inprocess(*only)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert sum(result.parseoutcomes().get(word, 0) for word in ("failed", "errors", "error")) >= 1


SETTINGS = """
[systems."Wix.com"]
connector = "wix"
url = "http://127.0.0.1:9/wix"
writes = true
secrets = { api_key = "$NO_SECRET", site_id = "$NO_SECRET" }

[systems."Customerp"]
connector = "customerp"
url = "http://127.0.0.1:9/customerp"
writes = true
secrets = { token = "$NO_SECRET" }
"""


@pytest.mark.parametrize(
    "more",
    [("-p", "no:xdist"), pytest.param(("-n", "2"), marks=pytest.mark.slow), ("-n", "2", "--dist", "loadgroup")],
)
def test_what_will_be_written_is_said_once_and_first(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setenv("NO_SECRET", "none")
    (project.path / "qa-sync.toml").write_text(SETTINGS, encoding="utf-8")
    words = ("--qa-sync", "--qa-sync-mode", "live", "--qa-sync-yes", "-k", "Products", "specs/000.txt", *more)
    result = project.runpytest_subprocess(*words)
    assert result.ret == pytest.ExitCode.TESTS_FAILED  # nothing listens there
    lines = [line.strip() for line in result.outlines]
    (heading,) = (at for at, line in enumerate(lines) if line.startswith("This run creates and then deletes"))
    (total,) = (at for at, line in enumerate(lines) if line.startswith("These are ") and "The run takes about" in line)
    assert heading < total < next(at for at, line in enumerate(lines) if line.endswith(("E", "%]")))
    assert any(line.startswith("Wix.com (http://127.0.0.1:9/wix): ") for line in lines[heading:total])
