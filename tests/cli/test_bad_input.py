"""One clear message with the place, what was expected and what to do next; exit 2 or 3; nothing written."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.files import write_atomically

TITLE = "======\nA to B\n======\n"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    (tmp_path / "000.txt").write_bytes((ROOT / "specs/000.txt").read_bytes())
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_written(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*.xml"))
    assert not list(tmp_path.rglob(".qa-sync*"))


def test_a_missing_file(qa_sync: QaSync, specs: Path) -> None:
    got = qa_sync("check", str(specs / "00.txt"), "--report", f"junit={specs / 'out.xml'}")
    assert got.code == 2
    assert str(specs / "00.txt") in got.err
    assert "did you mean" in got.err
    assert "000.txt" in got.err
    assert got.out == ""


def test_a_folder(qa_sync: QaSync, specs: Path) -> None:
    got = qa_sync("check", str(specs))
    assert got.code == 2
    assert str(specs) in got.err
    assert "*.txt" in got.err
    assert got.out == ""


def test_a_binary_file(qa_sync: QaSync, specs: Path) -> None:
    path = specs / "photo.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    got = qa_sync("check", str(path))
    assert got.code == 2
    assert str(path) in got.err
    assert "hint" in got.err


def test_a_document_without_a_title(qa_sync: QaSync, specs: Path) -> None:
    path = specs / "untitled.txt"
    path.write_text("Just some words.\n")
    got = qa_sync("check", str(path))
    assert got.code == 2
    assert f"{path}:1" in got.err
    assert "Dataflow" in got.err


def test_an_unknown_system_names_the_line_and_the_nearest(qa_sync: QaSync, specs: Path) -> None:
    path = specs / "000.txt"
    path.write_text(path.read_text().replace("Wix.com", "Wixx.com"))
    got = qa_sync("check", str(path), "--mode", "sandbox")
    assert got.code == 2
    assert f"{path}:12" in got.err
    assert "Wixx.com" in got.err
    assert "did you mean 'Wix.com'" in got.err


def test_all_problems_at_once(qa_sync: QaSync, specs: Path) -> None:
    got = qa_sync("check", str(specs / "a.txt"), str(specs / "b.txt"))
    assert got.code == 2
    assert "a.txt" in got.err
    assert "b.txt" in got.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--mode", "prod"), "unknown mode 'prod'"),
        (("--mode", "replya"), "did you mean 'replay'?"),
        (("--fault", "drop-creat"), "did you mean 'drop-create'?"),
        (("--fault", "one-way", "--mode", "replay"), "--mode sandbox"),
        (("--fault", "one-way", "--mode", "record"), "--mode sandbox"),
        (("--report", "jsn"), "did you mean 'json'?"),
        (("--report", "junit="), "file name"),
        (("--report", "json", "--report", "junit"), "only one report"),
        (("--timeout", "-1"), "--timeout"),
        (("--moed", "replay"), "--mode"),
    ],
)
def test_a_wrong_word(qa_sync: QaSync, words: tuple[str, ...], told: str) -> None:
    got = qa_sync("check", "specs/000.txt", *words)
    assert got.code == 2
    assert told in got.err
    assert got.out == ""


def test_without_a_spec(qa_sync: QaSync) -> None:
    got = qa_sync("check")
    assert got.code == 2
    assert "SPEC" in got.err


class TestCassettes:
    @pytest.fixture
    def cassettes(self, tmp_path: Path) -> Path:
        shutil.copytree(ROOT / "cassettes", tmp_path / "cassettes")
        return tmp_path / "cassettes"

    def first(self, cassettes: Path) -> Path:
        return min((cassettes / "000").iterdir())

    def check(self, qa_sync: QaSync, cassettes: Path) -> str:
        got = qa_sync("check", "specs/000.txt", "--cassettes", str(cassettes))
        assert got.code == 3
        assert got.out == ""
        assert "--mode record" in got.err
        assert "Traceback" not in got.err
        return got.err

    def test_one_is_missing(self, qa_sync: QaSync, cassettes: Path) -> None:
        path = self.first(cassettes)
        path.unlink()
        assert str(path) in self.check(qa_sync, cassettes)

    def test_all_are_missing_and_all_are_reported(self, qa_sync: QaSync, tmp_path: Path) -> None:
        reported = self.check(qa_sync, tmp_path / "nowhere")
        assert reported.count(".json") == 3

    @pytest.mark.parametrize("content", [b"", b'{"interactions": [', b"\x00\xff\xfe", b'{"a": 1}', b"[]\n", b"1\n"])
    def test_one_cannot_be_read(self, qa_sync: QaSync, cassettes: Path, content: bytes) -> None:
        path = self.first(cassettes)
        path.write_bytes(content)
        assert str(path) in self.check(qa_sync, cassettes)

    def test_one_is_stale(self, qa_sync: QaSync, cassettes: Path) -> None:
        path = self.first(cassettes)
        text = path.read_text()
        changed = text.replace('"wix": "', '"wix": "x', 1)
        assert changed != text
        path.write_text(changed)
        reported = self.check(qa_sync, cassettes)
        assert "stale" in reported
        assert str(path) in reported

    def test_the_document_has_changed_since(self, qa_sync: QaSync, cassettes: Path, tmp_path: Path) -> None:
        spec = tmp_path / "000.txt"
        spec.write_text((ROOT / "specs/000.txt").read_text().replace("regardless of where", "no matter where"))
        got = qa_sync("check", str(spec), "--cassettes", str(cassettes))
        assert got.code == 3
        assert "stale" in got.err

    def test_an_interaction_was_changed(self, qa_sync: QaSync, cassettes: Path) -> None:
        path = self.first(cassettes)
        path.write_text(path.read_text().replace('"method": "PATCH"', '"method": "TRACE"'))
        got = qa_sync("check", "specs/000.txt", "--cassettes", str(cassettes))
        assert got.code == 3
        assert "interactions were changed after the recording" in got.err
        assert "--mode record" in got.err
        assert "Traceback" not in got.out + got.err

    def test_recordings_of_two_runs_do_not_mix(self, qa_sync: QaSync, cassettes: Path) -> None:
        path = self.first(cassettes)
        recorded = json.loads(path.read_text())
        recorded["metadata"]["qa_sync"]["seed"] = "other"
        del recorded["metadata"]["qa_sync"]["interactions"]  # its digests are those of a recording with this seed
        path.write_text(json.dumps(recorded))
        assert "different runs" in self.check(qa_sync, cassettes)

    def test_another_seed_than_the_recordings(self, qa_sync: QaSync) -> None:
        got = qa_sync("check", "specs/000.txt", "--seed", "other")
        assert got.code == 2
        assert "seed" in got.err


class TestReports:
    def test_a_report_over_the_document(self, qa_sync: QaSync, specs: Path) -> None:
        before = (specs / "000.txt").read_bytes()
        got = qa_sync("check", str(specs / "000.txt"), "--report", f"json={specs / '000.txt'}")
        assert got.code == 2
        assert "overwrite" in got.err
        assert (specs / "000.txt").read_bytes() == before

    def test_two_reports_in_one_place(self, qa_sync: QaSync, specs: Path) -> None:
        words = [f"--report={name}={specs / 'out'}" for name in ("json", "junit")]
        got = qa_sync("check", "specs/000.txt", *words)
        assert got.code == 2
        assert not (specs / "out").exists()

    def test_a_link_is_followed_and_stays_a_link(self, qa_sync: QaSync, specs: Path) -> None:
        (specs / "link.json").symlink_to(specs / "real.json")
        (specs / "real.json").write_text("old")
        got = qa_sync("check", "specs/000.txt", "--report", f"json={specs / 'link.json'}")
        assert got.code == 0
        assert (specs / "link.json").is_symlink()
        assert (specs / "real.json").read_text().startswith("{")


def test_a_report_is_written_to_a_pipe_and_never_in_its_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, "told")
    assert os.read(reader, 10) == b"told"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_pipe_is_no_document(qa_sync: QaSync, specs: Path) -> None:
    os.mkfifo(specs / "pipe.txt")
    got = qa_sync("check", str(specs / "pipe.txt"))
    assert got.code == 2
    assert "regular file" in got.err


def test_a_name_that_no_file_system_takes(qa_sync: QaSync) -> None:
    got = qa_sync("check", "x" * 300 + ".txt")
    assert got.code == 2
    assert "internal error" not in got.err


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300"])
def test_a_wait_without_an_end(qa_sync: QaSync, seconds: str) -> None:
    got = qa_sync("check", "specs/000.txt", "--timeout", seconds)
    assert got.code == 2


def test_names_cannot_write_to_the_terminal(qa_sync: QaSync, specs: Path) -> None:
    got = qa_sync("check", str(specs / "\x1b[31mred\x07\u202e.txt"))
    assert got.code == 2
    assert r"\x1b[31mred\x07\u202e" in got.err


def test_two_documents_of_one_name_do_not_share_recordings(qa_sync: QaSync, specs: Path) -> None:
    (specs / "other").mkdir()
    (specs / "other/000.txt").write_bytes((specs / "000.txt").read_bytes())
    given = (str(specs / "000.txt"), str(specs / "other/000.txt"))
    for words in (("--mode", "record", "--cassettes", str(specs / "c")), ()):
        got = qa_sync("check", *given, *words)
        assert got.code == 2
        assert "same name" in got.err


@pytest.mark.parametrize("mode", ["prod", "recrd", "liv", "life", "rec"])
def test_no_mode_that_writes_is_suggested(qa_sync: QaSync, mode: str) -> None:
    got = qa_sync("check", "specs/000.txt", "--mode", mode)
    assert got.code == 2
    assert not re.search("did you mean '(live|record)", got.err)


def test_without_a_command_there_is_help(qa_sync: QaSync) -> None:
    got = qa_sync()
    assert (got.code, got.err) == (0, "")
    assert got.out.startswith("Usage:")


def test_a_unique_part_of_a_heading_names_a_section(qa_sync: QaSync) -> None:
    got = qa_sync("check", "specs/000.txt", "--section", "wix.com orders", "-k", "create")
    assert (got.code, "2 Wix.com Orders" in got.out, "Contacts" in got.out) == (0, True, False)
