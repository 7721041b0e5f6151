"""`pytest specs/` as a user runs it, in a project of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a document, its recordings, a text that is no document, and nothing else."""
    shutil.copytree(ROOT / "specs", pytester.path / "specs")
    shutil.copytree(ROOT / "cassettes", pytester.path / "cassettes")
    (pytester.path / "specs" / "notes.txt").write_text("To do: everything\n", encoding="utf-8")
    return pytester


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    return {word: number for word, number in result.parseoutcomes().items() if word != "warnings"}


def test_nothing_is_collected_without_being_asked_for(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("specs")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_every_check_is_an_item_and_replays(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--qa-sync", "specs")
    found = outcomes(result)
    assert result.ret == pytest.ExitCode.OK
    assert found.keys() == {"passed", "skipped"}
    assert found["passed"] > 200


def test_the_ini_file_opts_folders_in(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nqa_sync_specs = specs/003.txt")
    result = project.runpytest_subprocess("--collect-only", "-q")
    ids = [line for line in result.outlines if "::" in line]
    assert ids
    assert all(line.startswith("specs/003.txt::") for line in ids)


def test_node_ids_are_stable_and_select_one_check(project: pytest.Pytester) -> None:
    collected = project.runpytest_subprocess("--qa-sync", "--collect-only", "-q", "specs/000.txt").outlines
    ids = [line for line in collected if "::" in line]
    assert len(set(ids)) == len(ids) > 100
    result = project.runpytest_subprocess(
        "--qa-sync", "--qa-sync-seed", "another", "--collect-only", "-q", "specs/000.txt"
    )
    assert [line for line in result.outlines if "::" in line] == ids
    assert outcomes(project.runpytest_subprocess("--qa-sync", ids[0])) == {"passed": 1}


def test_words_select_kinds_titles_and_headings(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--qa-sync", "-k", "create and Products", "specs/000.txt", "-v")
    assert result.parseoutcomes()["passed"] == 1
    result.stdout.fnmatch_lines(["*create*PASSED*"])


def test_a_missing_recording_is_an_error_with_what_to_do(project: pytest.Pytester) -> None:
    shutil.rmtree(project.path / "cassettes" / "000")
    result = project.runpytest_subprocess("--qa-sync", "-k", "create", "specs/000.txt")
    assert outcomes(result).keys() == {"errors", "deselected"}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*--mode record*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*playing.py*")


def test_a_broken_promise_fails_with_the_documents_line_and_is_run_again_by_lf(project: pytest.Pytester) -> None:
    project.makeconftest("""
        from qa_sync.sync.writer import PlainWriter

        PlainWriter.update = lambda self, lane, end, record, values: frozenset()  # a sync that carries no edit
    """)
    words = ("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "Products and brand", "specs/000.txt")
    result = project.runpytest_subprocess(*words)
    failed = result.parseoutcomes()["failed"]
    assert failed == 2
    result.stdout.fnmatch_lines(["*specs/000.txt:* | *", "*expected*", "*actual*"])
    again = project.runpytest_subprocess("--lf", *words)
    assert again.parseoutcomes()["failed"] == failed
    first = project.runpytest_subprocess("-x", *words)
    assert first.parseoutcomes()["failed"] == 1


def test_a_faulty_document_is_a_collection_error_with_its_line(project: pytest.Pytester) -> None:
    (project.path / "specs" / "bad.txt").write_bytes(b"A to B Dataflow\n===============\n\n\xff\n")
    result = project.runpytest_subprocess("--qa-sync", "specs/bad.txt")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*specs/bad.txt:4: expected UTF-8*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_an_unknown_mode_tells_the_nearest(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--qa-sync", "--qa-sync-mode", "replya", "specs/000.txt")
    result.stdout.fnmatch_lines(["*did you mean*replay*"])


def test_junit_has_the_line_of_the_sentence_and_its_kind(project: pytest.Pytester) -> None:
    project.runpytest_subprocess(
        "--qa-sync", "-k", "create and Contacts", "specs/000.txt", "--junitxml=out.xml", "-o", "junit_family=xunit1"
    )
    (case,) = ET.parse(project.path / "out.xml").iter("testcase")  # noqa: S314 - pytest has written it
    assert case.get("file") == "specs/000.txt"
    assert case.get("line") == "13"
    kinds = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert kinds["kind"] == "create"
    assert float(kinds["latency_s"] or 0) > 0


def test_two_workers_tell_the_same(project: pytest.Pytester) -> None:
    alone = outcomes(project.runpytest_subprocess("--qa-sync", "specs"))
    shared = outcomes(project.runpytest_subprocess("--qa-sync", "specs", "-n", "2", "--dist", "loadgroup"))
    assert shared == alone


def test_the_sandbox_can_be_played_too(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--qa-sync", "--qa-sync-mode", "sandbox", "-k", "Products", "specs/000.txt")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["passed"] > 10
