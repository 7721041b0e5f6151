"""`--changed-since`: documents and connectors that git says changed, in a repository of the test's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.systems.connectors.find import builtin_folder

Git = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - goes first
    """A project with both documents, all committed, as the working folder."""
    for name in ("specs", "cassettes"):
        shutil.copytree(ROOT / name, tmp_path / "project" / name)
    monkeypatch.chdir(tmp_path / "project")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git("init", "-q")
    commit()
    return tmp_path / "project"


def git(*words: str) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


def commit() -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "as it is")


def played(qa_sync: QaSync, *words: str) -> set[str]:
    got = qa_sync("check", *sorted(str(p) for p in Path("specs").glob("*.txt")), *words)
    assert got.code == 0, got.err
    return set(re.findall(r"Dataflow  specs/(\w+\.txt)", got.out))


def touch(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


@pytest.mark.usefixtures("repository")
def test_nothing_changed_is_a_line_and_no_failure(qa_sync: QaSync) -> None:
    got = qa_sync("check", "specs/000.txt", "--changed-since", "HEAD")
    assert (got.code, got.out) == (0, "")
    assert "nothing to check" in got.err


def test_an_edited_document(qa_sync: QaSync, repository: Path) -> None:
    touch(repository / "specs/003.txt")
    assert played(qa_sync, "--changed-since", "HEAD") == {"003.txt"}


def test_one_that_was_committed_since(qa_sync: QaSync, repository: Path) -> None:
    touch(repository / "specs/000.txt")
    commit()
    assert played(qa_sync, "--changed-since", "HEAD~1") == {"000.txt"}


def test_one_that_git_does_not_know_yet_from_a_folder_below(
    qa_sync: QaSync, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(repository / "specs/000.txt", repository / "specs/new one.txt")
    monkeypatch.chdir(repository / "specs")
    got = qa_sync("check", "000.txt", "new one.txt", "--mode", "sandbox", "-k", "create", "--changed-since", "HEAD")
    assert got.code == 0, got.err
    assert "new one.txt" in got.out
    assert "000.txt" not in got.out


def test_a_connector_that_changed_touches_each_document_of_its_system(qa_sync: QaSync, repository: Path) -> None:
    shutil.copytree(builtin_folder("woocommerce"), repository / "woocommerce")
    (repository / "qa-sync.toml").write_text('[systems."WooCommerce"]\nconnector = "./woocommerce"\n', encoding="utf-8")
    commit()
    touch(repository / "woocommerce/entities.toml")
    words = ("--mode", "sandbox", "-k", "create", "--changed-since", "HEAD")
    reported = (repository / "specs/003.txt").read_text(encoding="utf-8")
    assert "WooCommerce" in reported
    assert played(qa_sync, *words) == {"003.txt"}


@pytest.mark.usefixtures("repository")
def test_a_revision_that_no_one_knows(qa_sync: QaSync) -> None:
    for revision in ("nowhere", "--output=out.xml"):
        got = qa_sync("check", "specs/000.txt", f"--changed-since={revision}")
        assert (got.code, got.out) == (2, "")
        assert "give a commit" in got.err
    assert not Path("out.xml").exists()


def test_no_repository(qa_sync: QaSync, repository: Path) -> None:
    shutil.rmtree(repository / ".git")
    got = qa_sync("check", "specs/000.txt", "--changed-since", "HEAD")
    assert got.code == 2
    assert "not a git repository" in got.err


def test_no_git(qa_sync: QaSync, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository / "nothing"))
    got = qa_sync("check", "specs/000.txt", "--changed-since", "HEAD")
    assert got.code == 2
    assert "needs git" in got.err
