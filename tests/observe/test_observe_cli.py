"""`qa-sync observe` against a served sandbox: it reads, it writes nothing, and it says what it saw."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audit_served import served
from audit_world import World, make_world, system
from cli_caller import QaSync

from qa_sync.clock import VirtualClock
from qa_sync.sandbox.vendors import VENDORS

RUN = ("observe", "specs/000.txt", "--every", "200ms", "--max-lag", "1s")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(20)


@pytest.fixture
def config(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    with served(world, tmp_path, monkeypatch) as settings:
        yield "--config", str(settings), "--state", str(tmp_path / "observe.sqlite")


def test_nothing_is_written_and_no_traffic_is_no_success(
    qa_sync: QaSync, world: World, config: tuple[str, ...], tmp_path: Path
) -> None:
    report, before = tmp_path / "observed.json", world.writes()
    ended = qa_sync(*RUN, "--for", "1s", *config, "--report", f"json={report}")
    assert ended.code == 3, ended.err
    assert world.writes() == before
    results = json.loads(report.read_text(encoding="utf-8"))
    assert results["mode"] == "observe"
    checks = [check for spec in results["specs"] for section in spec["sections"] for check in section["checks"]]
    assert {check["status"] for check in checks} == {"skipped"}
    assert {check["kind"] for check in checks} >= {"arrives", "lag", "carries", "unique", "no-echo", "newest-wins"}


def test_an_edit_that_does_not_arrive_is_told_with_its_record(
    qa_sync: QaSync, world: World, config: tuple[str, ...], tmp_path: Path
) -> None:
    assert qa_sync(*RUN, "--for", "400ms", *config).code == 3  # all records are read once
    editor = system(world.apps, "Wix.com", VirtualClock(datetime.now(UTC)))
    edited = next(editor.list("contacts"))
    editor.update(edited, {"info.name.last": "Changed by hand"})
    editor.close()
    alert = shlex.join(
        [sys.executable, "-c", f"import sys; open({str(tmp_path / 'alert')!r}, 'w').write(sys.stdin.read())"]
    )
    ended = qa_sync(
        *RUN, "--for", "3s", *config, "--alert-cmd", alert, "--alert-url", "http://127.0.0.1:9/secretsecret"
    )
    assert ended.code == 1, ended.err
    assert json.loads((tmp_path / "alert").read_text())["cases"][0]["records"][0]["id"] == edited.id
    assert "lost changes was not sent: 127.0.0.1: " in ended.err
    assert "secretsecret" not in ended.err
    assert f"qa-sync audit specs/000.txt --only {edited.id}" in " ".join(ended.out.split())
    assert "every change arrives in Customerp Contact" in ended.out
    assert edited.id in ended.out
    assert re.search(r"specs/000.txt:\d+ \| ", ended.out), "the line of the spec"
    assert "Going on from" in ended.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--every", "30s", "--max-lag", "45s"), "--max-lag 45s is shorter than two intervals of 30s"),
        (("--every", "0s"), "--every: expected more than 0 seconds, got '0s'"),
        (("--every", "often"), "--every: expected"),
        (("--for", "forever"), "--for: expected"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    qa_sync: QaSync, config: tuple[str, ...], options: tuple[str, ...], told: str
) -> None:
    ended = qa_sync("observe", "specs/000.txt", "--for", "1s", *options, *config)
    assert (ended.code, told in ended.err) == (2, True), ended.err


def test_an_interval_that_the_rate_forbids_is_refused(qa_sync: QaSync, config: tuple[str, ...]) -> None:
    settings, heading = Path(config[1]), '[systems."Customerp"]'
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(heading, f'{heading}\nrate = "1/min"'), encoding="utf-8")
    ended = qa_sync("observe", "specs/000.txt", "--every", "30s", "--for", "1s", *config)
    assert ended.code == 2
    assert "is the shortest interval that this rate allows" in ended.err


def test_the_interval_that_the_rate_allows_is_reported(qa_sync: QaSync, config: tuple[str, ...]) -> None:
    settings, heading = Path(config[1]), '[systems."Customerp"]'
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(heading, f'{heading}\nrate = "180/min"'), encoding="utf-8")
    ended = qa_sync("observe", "specs/000.txt", "--every", "2s", "--for", "1s", *config)
    assert "Customerp: 3 lists each time; --every 1s is the shortest interval that its rate allows." in ended.err


def test_changes_since_a_time_are_followed(qa_sync: QaSync, config: tuple[str, ...]) -> None:
    ended = qa_sync(*RUN, "--for", "300ms", "--from", "2026-02-01T09:00:00Z", *config)
    assert "changes are followed since 2026-02-01 09:00:00 UTC" in ended.err
    ended = qa_sync(*RUN, "--for", "300ms", "--from", "2026-02-01", "--from-now", *config)
    assert (ended.code, "--from and --from-now exclude each other" in ended.err) == (2, True)


def test_the_state_of_other_sections_is_refused(qa_sync: QaSync, config: tuple[str, ...]) -> None:
    assert qa_sync(*RUN, "--for", "300ms", *config).code == 3
    ended = qa_sync(*RUN, "--section", "1", "--for", "300ms", *config)
    assert ended.code == 2
    assert "--from-now starts over" in ended.err
    assert qa_sync(*RUN, "--section", "1", "--for", "300ms", "--from-now", *config).code == 3


def test_a_file_that_is_no_state_is_refused(qa_sync: QaSync, config: tuple[str, ...]) -> None:
    db = sqlite3.connect(config[3])
    db.execute("CREATE TABLE other (x)")
    db.commit()
    db.close()
    ended = qa_sync(*RUN, "--for", "1s", *config)
    assert ended.code == 2
    assert "observe.sqlite: another program's database" in ended.err


@pytest.mark.parametrize("text", ["Changed again", "Changed to {secret}"])
def test_no_secret_is_in_the_reports_the_cases_or_the_output(
    qa_sync: QaSync, world: World, config: tuple[str, ...], tmp_path: Path, text: str
) -> None:
    assert qa_sync(*RUN, "--for", "400ms", *config).code == 3
    editor, secret = system(world.apps, "Wix.com", VirtualClock(datetime.now(UTC))), VENDORS["wix"].secrets["api_key"]
    editor.update(next(editor.list("contacts")), {"info.name.last": text.format(secret=secret)})
    editor.close()
    formats = ("json", "html", "ndjson", "junit", "markdown")
    reports = [word for name in formats for word in ("--report", f"{name}={tmp_path / name}")]
    ended = qa_sync(*RUN, "--for", "3s", *config, *reports, "--keep-cases", str(tmp_path / "cases"))
    assert ended.code == 1, ended.err
    state = tmp_path / "observe.sqlite"
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "qa-sync.toml"]
    assert {path.name for path in files} >= {*formats, state.name}
    assert len([path for path in files if path.parent.name == "cases"]) == 1
    with_secret = [path for path in files if secret.encode() in path.read_bytes()]
    assert [path for path in with_secret if not path.name.startswith(state.name)] == []
    assert secret not in ended.out + ended.err
    assert bool(with_secret) == ("{secret}" in text), "the state has the records as they are, and no credentials"
    assert state.stat().st_mode & 0o077 == 0, "only its owner can read it"


def test_metrics_are_served_while_it_runs(qa_sync: QaSync, config: tuple[str, ...]) -> None:
    pytest.importorskip("prometheus_client", reason="pip install 'qa-sync[metrics]'")
    ended = qa_sync(*RUN, "--for", "300ms", "--metrics", "0", *config)
    assert "metrics: http://127.0.0.1:" in ended.err


def test_an_observation_is_in_the_history(qa_sync: QaSync, config: tuple[str, ...], tmp_path: Path) -> None:
    assert qa_sync(*RUN, "--for", "300ms", "--history", *config).code == 3
    listed = qa_sync("history", "specs/000.txt", *config[:2])
    assert "1 run, observe" in listed.out, listed.err
    assert (tmp_path / ".qa-sync" / "history.sqlite").exists()


def test_text_that_is_not_understood_is_an_error(qa_sync: QaSync, config: tuple[str, ...], tmp_path: Path) -> None:
    text = Path("specs/000.txt").read_text(encoding="utf-8")
    spec = tmp_path / "other.txt"
    sentence = "Every Wix.com Contacts will be synchronized with a Customerp Contact.\n"
    spec.write_text(text.replace(sentence, f"{sentence}\nEach contact is copied at night.\n", 1), encoding="utf-8")
    ended = qa_sync("observe", str(spec), *RUN[2:], "--for", "400ms", *config)
    assert ended.code == 3
    assert "not understood" in ended.out


@pytest.mark.slow  # refused connections are retried in real time
def test_systems_that_were_never_read_are_an_error_not_an_absence_of_traffic(
    qa_sync: QaSync, config: tuple[str, ...]
) -> None:
    settings = Path(config[1])
    settings.write_text(re.sub(r"127.0.0.1:\d+", "127.0.0.1:9", settings.read_text(encoding="utf-8")), encoding="utf-8")
    ended = qa_sync(*RUN, "--for", "300ms", *config)
    assert ended.code == 3
    assert "Error:" in ended.err
    assert "no traffic" not in ended.out
