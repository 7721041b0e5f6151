"""Without a terminal no one can be asked, and nothing is written to live systems without consent."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync, Serve
from standing import prints_of, settled

SPEC = "specs/003.txt"


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("CHECK", "SYNC", "CLEANUP"):
        monkeypatch.delenv(f"QA_SYNC_{command}_YES")


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize(
    "words", [("check", "--mode", "live"), ("check", "--mode", "record"), ("sync",), ("sync", "--watch", "1s")]
)
def test_without_a_terminal_nothing_is_written(
    words: tuple[str, ...], qa_sync: QaSync, serve: Serve, tmp_path: Path
) -> None:
    config = serve(SPEC, "--no-sync")
    place = (
        ("--links", str(tmp_path / "links")) if words[0] == "sync" else ("--cassettes", str(tmp_path / "recordings"))
    )
    got = qa_sync(words[0], SPEC, *words[1:], *place, "--config", str(config))
    assert got.code == 2
    assert "without a terminal it cannot ask\n  hint: add --yes" in got.err
    assert prints_of(config) == {}
    assert not (tmp_path / "recordings").exists()


@pytest.mark.usefixtures("unasked")
def test_without_a_terminal_cleanup_deletes_nothing(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    own = ("--config", str(config))
    assert qa_sync("cleanup", *own).out == "nothing to remove\n"
    qa_sync("check", SPEC, "--mode", "live", *own, "--kind", "create", "--timeout", "0", "--keep", "always", "--yes")
    there = settled(config, quiet_s=0.4)
    assert there
    got = qa_sync("cleanup", *own)
    assert got.code == 2
    assert "hint: add --yes" in got.err
    assert f"({SPEC}): " in got.err
    assert settled(config, quiet_s=0.4) == there
    assert qa_sync("cleanup", *own, "--yes").code == 0


@pytest.mark.usefixtures("unasked")
def test_the_sandbox_and_a_dry_run_need_no_consent(qa_sync: QaSync, serve: Serve, tmp_path: Path) -> None:
    assert qa_sync("check", SPEC, "--mode", "sandbox", "--kind", "create").code == 0
    config = str(serve(SPEC, "--no-sync"))
    assert qa_sync("sync", SPEC, "--dry-run", "--config", config, "--links", str(tmp_path / "links")).code == 0


def test_pytest_writes_only_with_consent(pytester: pytest.Pytester, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    pytester.copy_example(str(ROOT / "specs" / "003.txt"))
    words = ("--qa-sync", "--qa-sync-mode", "live", "--qa-sync-config", str(config), "-p", "no:xdist", "003.txt")
    refused = pytester.runpytest_inprocess(*words)
    assert refused.ret == 2
    refused.stdout.fnmatch_lines(["*a live run writes to*", "*add --qa-sync-yes*"])
    assert prints_of(config) == {}
    assert pytester.runpytest_inprocess(*words, "--collect-only", "-q").ret == 0
