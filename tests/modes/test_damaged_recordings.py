"""A recording that is not whole gives an error, never a failure; a section is recorded by one process at a time."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_caller import ROOT, QaSync
from waits import GUARD_S

from qa_sync.systems.recording.recording_lock import recording_lock

SPEC = str(ROOT / "specs" / "000.txt")
COMMON = (SPEC, "--no-history", "-q", "--depth", "smoke", "--section", "2")

Interactions = list[dict[str, Any]]


def one_lost(found: Interactions, rng: random.Random) -> None:
    found.pop(rng.randrange(len(found)))


def the_last_ones_lost(found: Interactions, rng: random.Random) -> None:
    del found[rng.randrange(1, len(found)) :]


def one_twice(found: Interactions, rng: random.Random) -> None:
    at = rng.randrange(len(found))
    found.insert(at, found[at])


def two_exchanged(found: Interactions, rng: random.Random) -> None:
    at = rng.randrange(len(found) - 1)
    found[at], found[at + 1] = found[at + 1], found[at]


def one_changed(found: Interactions, rng: random.Random) -> None:
    rng.choice(found)["response"]["status"]["code"] = 404


DAMAGE = (one_lost, the_last_ones_lost, one_twice, two_exchanged, one_changed)


METADATA: dict[str, Callable[[Any], Any]] = {
    "seed": lambda seed: f"{seed}x",
    "started": lambda started: started.replace("2024", "2023"),
    "connectors": lambda connectors: dict.fromkeys(connectors, "0" * 12),
    "spec": lambda spec: spec[::-1],
    "urls": lambda urls: dict.fromkeys(urls, "https://other.example"),
    "since": lambda _: "2024-11-13T08:00:00+00:00",
    "times": lambda _: [0.0, 1.0, 2.0],
    "cycles_known": lambda _: False,
}
"""Changes of each part of the label; each part decides what a replay compares, or how long it waits."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Record one section; return the files by name."""
    folder = tmp_path_factory.mktemp("recorded")
    words = [sys.executable, "-m", "qa_sync", "check", *COMMON, "--mode", "record", "--cassettes", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=GUARD_S)
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.json")}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_damage_is_an_error(
    damage: Callable[[Interactions, random.Random], None],
    seed: int,
    recorded: dict[str, str],
    qa_sync: QaSync,
    tmp_path: Path,
) -> None:
    for name, text in recorded.items():
        content = json.loads(text)
        damage(content["interactions"], random.Random(seed))  # noqa: S311 - chance that repeats itself
        write(tmp_path / name, content)
    done = qa_sync("check", *COMMON, "--cassettes", str(tmp_path), "--report", "json")
    assert done.code == 3, done.out
    assert '"failed"' not in done.out or json.loads(done.out)["totals"]["failed"] == 0
    assert "record" in done.err


@pytest.mark.parametrize("name", METADATA)
def test_a_changed_label_is_an_error(name: str, recorded: dict[str, str], qa_sync: QaSync, tmp_path: Path) -> None:
    for file, text in recorded.items():
        content = json.loads(text)
        label = content["metadata"]["qa_sync"]
        label[name] = METADATA[name](label.get(name))
        write(tmp_path / file, content)
    done = qa_sync("check", *COMMON, "--cassettes", str(tmp_path))
    assert done.code == 3, done.out
    assert "its metadata were changed after the recording" in done.err


@pytest.mark.parametrize("left_out", [["metadata"], ["metadata", "digest", "count"]])
def test_an_older_recording_without_digests_is_replayed(
    left_out: list[str], recorded: dict[str, str], qa_sync: QaSync, tmp_path: Path
) -> None:
    for file, text in recorded.items():
        content = json.loads(text)
        label = content["metadata"]["qa_sync"]
        label["interactions"] = {n: v for n, v in label["interactions"].items() if n not in left_out}
        if not label["interactions"]:
            del label["interactions"]
        write(tmp_path / file, content)
    assert qa_sync("check", *COMMON, "--cassettes", str(tmp_path)).code == 0


def test_the_order_and_the_layout_of_the_file_do_not_matter(
    recorded: dict[str, str], qa_sync: QaSync, tmp_path: Path
) -> None:
    for file, text in recorded.items():
        write(tmp_path / file, dict(reversed(json.loads(text).items())), sort_keys=True)
    assert qa_sync("check", *COMMON, "--cassettes", str(tmp_path)).code == 0


def write(path: Path, content: Any, **layout: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, **layout))


def test_a_recording_without_the_url_of_a_system_is_an_error(
    recorded: dict[str, str], qa_sync: QaSync, tmp_path: Path
) -> None:
    for name, text in recorded.items():
        content = json.loads(text)
        content["metadata"]["qa_sync"]["urls"].popitem()
        del content["metadata"]["qa_sync"]["interactions"]["metadata"]
        write(tmp_path / name, content)
    done = qa_sync("check", *COMMON, "--cassettes", str(tmp_path))
    assert done.code == 3, done.out
    assert "cannot be read: it has no url of" in done.err


def test_a_second_recorder_of_a_section_is_refused(recorded: dict[str, str], qa_sync: QaSync, tmp_path: Path) -> None:
    (name,) = recorded
    record = ("check", *COMMON, "--mode", "record", "--cassettes", str(tmp_path))
    with recording_lock(tmp_path / name):
        done = qa_sync(*record)
    assert done.code == 2
    assert "is being recorded by another process" in done.err
    assert [path for path in tmp_path.rglob("*.json") if path.is_file()] == []
    assert qa_sync(*record).code == 0
    assert (tmp_path / name).read_text() == recorded[name]
