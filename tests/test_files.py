"""Files are replaced as a whole or not at all, by way of a file that no other user can have prepared."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_caller import ROOT

from qa_sync.files import create_temporary, write_atomically

OTHER_USER = 65534
AS_ANOTHER = pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("setpriv") is None, reason="needs root, who gives a folder to another user"
)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_temporary_file_is_new_private_and_not_guessed(tmp_path: Path) -> None:
    names = set()
    for _ in range(3):
        number, path = create_temporary(tmp_path / "report.json")
        assert os.fstat(number).st_mode & 0o777 == 0o600
        os.close(number)
        names.add(path.name)
        assert str(os.getpid()) not in path.name
    assert len(names) == 3


def test_what_is_in_place_of_a_temporary_file_is_never_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.write_text("of someone else")
    names = iter(["taken", "free"])
    monkeypatch.setattr("tempfile._get_candidate_names", lambda: names)
    (tmp_path / ".qa-sync-taken").symlink_to(other)
    write_atomically(tmp_path / "report.json", "new")
    assert other.read_text() == "of someone else"
    assert (tmp_path / "report.json").read_text() == "new"


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_full_disk_keeps_the_old_file_and_names_it(tmp_path: Path, error: int) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def pieces() -> Iterator[str]:
        yield "new"
        raise OSError(error, os.strerror(error))

    with pytest.raises(OSError, match=os.strerror(error)) as caught:
        write_atomically(path, pieces())
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["report.json"]


def without_rights(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line without what lets root write to the folders of other users."""
    drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"]
    return subprocess.run(
        [*drop, sys.executable, "-m", "qa_sync", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=120,
    )


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    """A folder of another user, in which no other user can write."""
    place = tmp_path / "read-only"
    (place / ".qa-sync").mkdir(parents=True)
    (place / "report.json").write_text("old")
    make_read_only(place)
    return place


def make_read_only(place: Path) -> None:
    for each in (place, *place.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)
        os.chown(each, OTHER_USER, OTHER_USER)


@AS_ANOTHER
def test_a_read_only_folder_keeps_its_files_and_a_report_there_is_refused_before_the_run(read_only: Path) -> None:
    words = ("check", str(ROOT / "specs/000.txt"), "--cassettes", str(ROOT / "cassettes"), "--section", "1")
    plain = without_rights(*words, "--history", folder=read_only)
    assert plain.returncode == 0, plain.stderr
    assert "could not be recorded" in plain.stderr
    assert "passed" in plain.stdout
    reported = without_rights(*words, "--report", f"json={read_only / 'report.json'}", folder=read_only)
    assert reported.returncode == 2
    assert re.search(r"report\.json: .*[Pp]ermission", reported.stderr, re.DOTALL), reported.stderr
    assert "hint: name a file in a folder of yours" in reported.stderr
    assert (read_only / "report.json").read_text() == "old"
    assert names_in(read_only) == [".qa-sync", "report.json"]
    assert names_in(read_only / ".qa-sync") == []


@AS_ANOTHER
def test_a_recording_in_a_read_only_folder_is_kept(read_only: Path) -> None:
    place = read_only / "cassettes/000"
    place.mkdir(parents=True)
    kept = place / "1-wix-com-contacts-to-customerp-contact.json"
    kept.write_text("old")
    make_read_only(read_only)
    words = (
        "check",
        str(ROOT / "specs/000.txt"),
        "--section",
        "1",
        "--depth",
        "smoke",
        "--mode",
        "record",
        "--cassettes",
    )
    got = without_rights(*words, str(read_only / "cassettes"), folder=read_only)
    assert got.returncode == 3
    assert f"{kept}: Permission denied" in got.stderr
    assert kept.read_text() == "old"
    assert names_in(place) == [kept.name]
