"""An audit that is stopped leaves nothing in the temporary folder, and the next one removes what a killed one left."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import pytest
from cli_caller import QaSync

from qa_sync.audit.engines.table import Needs, start_engine
from qa_sync.errors import NoVerdict
from qa_sync.modes.scratch_folder import OWNER, PREFIX, scratch_folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "temporary"
    found.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_an_audit_and_removes_its_files(
    qa_sync: QaSync, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    seen: list[Path] = []

    def killed(*_: Any) -> NoReturn:
        seen.extend(place.iterdir())
        os.kill(os.getpid(), number)
        raise AssertionError("the signal came late")

    monkeypatch.setattr("qa_sync.audit.audit.load_records", killed)
    file = tmp_path / "a.csv"
    file.write_text("id,x\n1,a\n", encoding="utf-8")
    done = qa_sync("audit", "--left", str(file), "--right", str(file), "--key", "id")
    assert done.code == 3
    assert len(seen) == 1
    assert not list(place.iterdir())


def test_folders_of_killed_audits_are_removed(place: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / OWNER).touch()
    for name in ("killed", "unknown", "linked"):
        folder = place / f"{PREFIX}{name}"
        if name == "linked":
            folder.symlink_to(tmp_path / "elsewhere")
            continue
        folder.mkdir()
        (folder / "records.parquet").touch()
        if name == "killed":
            (folder / OWNER).touch()
    with scratch_folder() as first, scratch_folder() as second:
        assert first.is_dir()
        kept = {path.name for path in place.iterdir()}
        assert kept == {first.name, second.name, f"{PREFIX}unknown", f"{PREFIX}linked"}
    assert (tmp_path / "elsewhere" / OWNER).exists()
    assert {path.name for path in place.iterdir()} == {f"{PREFIX}unknown", f"{PREFIX}linked"}


def test_an_unreachable_spark_master_is_an_error_at_once(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # nothing listens there
        master = f"spark://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(NoVerdict, match="the Spark master is not reachable"):
            start_engine("spark", Needs("1GB", tmp_path, master))
