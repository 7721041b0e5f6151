"""Which specs a SPEC argument selects."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qa_sync.dataflow.find_specs import find_specs
from qa_sync.errors import SpecError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b-a.rst", "a-b.txt", "UPPER.TXT", "notes.md", "deep/er/c-d.rst", ".git/x.txt", ".hidden.rst"):
        (tmp_path / "specs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "specs" / name).write_text("text\n")
    (tmp_path / "specs/photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (tmp_path / "specs/wide.txt").write_bytes("text\n".encode("utf-16"))
    (tmp_path / "specs/empty.rst").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


ALL = ("UPPER.TXT", "a-b.txt", "b-a.rst", "deep/er/c-d.rst", "empty.rst", "wide.txt")


@pytest.mark.parametrize("given", ["specs", "specs/", "./specs", "spec[s]", "s*s"])
def test_a_folder_selects_every_text_file_below_it(folder: Path, given: str) -> None:
    assert folder.is_dir()
    assert find_specs(given) == tuple(f"specs/{name}" for name in ALL)


def test_an_absolute_folder_stays_absolute(folder: Path) -> None:
    assert find_specs(str(folder)) == tuple(str(folder / "specs" / name) for name in ALL)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("specs/*.rst", ("specs/b-a.rst", "specs/empty.rst")),
        ("specs/?-[ab].*", ("specs/a-b.txt", "specs/b-a.rst")),
        ("**/*-?.rst", ("specs/b-a.rst", "specs/deep/er/c-d.rst")),
        ("specs/*.md", ("specs/notes.md",)),
        ("specs/d*", ("specs/deep/er/c-d.rst",)),
    ],
)
def test_a_pattern_is_expanded(folder: Path, pattern: str, found: tuple[str, ...]) -> None:
    assert folder.is_dir()
    assert find_specs(pattern) == found


@pytest.mark.parametrize("given", ["-", "specs/a-b.txt", "specs/notes.md", "nowhere.rst", "a\0b", ""])
def test_other_arguments_are_unchanged(folder: Path, given: str) -> None:
    assert folder.is_dir()
    assert find_specs(given) == (given,)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    (folder / "a[1].rst").write_text("text\n")
    assert find_specs("a[1].rst") == ("a[1].rst",)


def test_a_pipe_in_a_folder_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "specs/pipe.txt")
    assert find_specs("specs") == tuple(f"specs/{name}" for name in ALL)


def test_a_broken_link_is_reported_when_it_is_loaded(folder: Path) -> None:
    (folder / "specs/gone.txt").symlink_to("nowhere")
    assert "specs/gone.txt" in find_specs("specs")


@pytest.mark.parametrize("given", ["empty", "specs/.git/none", "*.xyz", "[]*"])
def test_no_match_is_an_error(folder: Path, given: str) -> None:
    (folder / "empty").mkdir()
    (folder / "specs/.git/none").mkdir()
    with pytest.raises(SpecError) as caught:
        find_specs(given)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(f"{given}: no specs ")
    assert caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may search every folder")
def test_a_folder_that_cannot_be_searched(folder: Path) -> None:
    (folder / "specs/deep").chmod(0)
    try:
        with pytest.raises(SpecError, match="cannot be searched"):
            find_specs("specs")
    finally:
        (folder / "specs/deep").chmod(0o755)
