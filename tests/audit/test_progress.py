"""A long audit says now and then what it does and how far it is; a short one says nothing, and -q never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_caller import QaSync

from qa_sync.audit import progress
from qa_sync.audit.audit import Audit
from qa_sync.audit.progress import EVERY_S, Progress
from qa_sync.running.events import Event, StepStarted


def test_a_line_comes_every_few_seconds() -> None:
    said: list[str] = []
    now = [0.0]
    counted = Progress(said.append, "people.csv", "records read", clock=lambda: now[0])
    for now[0] in (1.0, EVERY_S - 0.1, EVERY_S, EVERY_S + 1, 2 * EVERY_S):
        counted.add(1_000)
    assert said == ["people.csv: 3,000 records read", "people.csv: 5,000 records read"]


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
    for told in ("a.csv: 25,000 records read", "1 records with suspected differences compared again"):
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
