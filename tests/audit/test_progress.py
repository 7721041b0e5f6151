"""A long audit says now and then what it does and how far it is; a short one says nothing, and -q never."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_caller import QaSync

from qa_sync.audit import progress
from qa_sync.audit.audit import Audit
from qa_sync.audit.progress import EVERY_S, ByteProgress, Progress
from qa_sync.running.events import Event, StepStarted


def test_a_line_comes_every_few_seconds() -> None:
    said: list[str] = []
    now = [0.0]
    counted = Progress(said.append, "people.csv", "records read", clock=lambda: now[0])
    for now[0] in (1.0, EVERY_S - 0.1, EVERY_S, EVERY_S + 1, 2 * EVERY_S):
        counted.add(1_000)
    assert said == ["people.csv: 3,000 records read", "people.csv: 5,000 records read"]


def test_of_files_it_says_how_much_of_them_is_read() -> None:
    said: list[str] = []
    now = [0.0]
    counted = Progress(said.append, "people.csv", "records read", clock=lambda: now[0], size=3_500_000)
    for now[0], before, position in ((EVERY_S, 0, 500_000), (2 * EVERY_S, 1_000_000, 2_000_000)):
        counted.begin(before)
        counted.at(position)
        counted.add(1_000)
    assert said == [
        "people.csv: 1,000 records read, 0.5 MB of 3.5 MB",
        "people.csv: 2,000 records read, 3 MB of 3.5 MB",
    ]


def test_what_is_copied_is_counted_in_bytes() -> None:
    said: list[str] = []
    now = [0.0]
    copied = ByteProgress(said.append, "a.csv.gz", "unpacked", clock=lambda: now[0])
    for now[0], position, size in ((1.0, 1, 10), (EVERY_S, 2_000_000, 80_000_000), (2 * EVERY_S, 3_210_000, None)):
        copied.at(position, size)
    assert said == ["a.csv.gz: 2 MB of 80 MB unpacked", "a.csv.gz: 3.2 MB unpacked"]


def test_unpacking_says_how_far_it_is(qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,x\n" + b"".join(b"%d,x\n" % n for n in range(10_000))))
    place = str(tmp_path / "a.csv.gz")
    done = qa_sync("audit", "--left", place, "--right", place, "--key", "id")
    assert done.code == 0, done.err
    size = f"{(tmp_path / 'a.csv.gz').stat().st_size / 1_000_000:.1f} MB".replace(".0 MB", " MB")
    assert f"a.csv.gz: {size} of {size} unpacked" in done.err


@pytest.mark.parametrize("quiet", [False, True])
def test_an_audit_says_how_far_it_is(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.0)
    lines = [f"{n},{n}" for n in range(25_000)]
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,x", *lines]) + name, encoding="utf-8")
    places = "--left", str(tmp_path / "a.csv"), "--right", str(tmp_path / "b.csv")
    done = qa_sync("audit", *places, "--key", "id", *(["-q"] if quiet else []))
    assert done.code == 1
    size = (tmp_path / "a.csv").stat().st_size / 1_000_000
    for told in (
        f"a.csv: 25,000 records read, {size:.1f} MB of {size:.1f} MB",
        "1 records with suspected differences compared again",
    ):
        assert (told in done.err) is not quiet, done.err


def test_each_step_of_a_section_is_an_event_before_it_is_done(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    events = Audit.events

    def seen(audit: Audit) -> Iterator[Event]:
        for event in events(audit):
            done.extend([event.text] if isinstance(event, StepStarted) else [])
            yield event

    monkeypatch.setattr(Audit, "events", seen)
    (tmp_path / "a.csv").write_text("id,x\n1,a\n", encoding="utf-8")
    place = str(tmp_path / "a.csv")
    assert qa_sync("audit", "--left", place, "--right", place, "--key", "id").code == 0
    assert done == ["read the records", "match the records", "compare 1 pairs of properties"]
