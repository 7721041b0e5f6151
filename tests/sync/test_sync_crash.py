"""`kill -9` at any instant: the next run ends where an undisturbed one ends. No duplicate, no lost edit."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from crash_world import NOBODY_DIES, SOURCE_EDITS, TARGET_EDITS, CrashWorld, crash_world, create, edit

SPECS = ("specs/000.txt", "specs/003.txt")


def prepared(world: CrashWorld, seed: int) -> None:
    """Records that are linked, edits of them on both sides, and records that are new."""
    rng = random.Random(seed)  # noqa: S311 - chance that repeats itself
    create(world, range(2))
    world.rest()
    edit(world.source, SOURCE_EDITS, rng, "first")
    edit(world.target, TARGET_EDITS, rng, "first")
    create(world, range(2, 4))


def played(spec: str, seed: int, last: int, store: Path) -> tuple[int, Any]:
    """Return the number of points of the killed cycle, and the final records of both systems."""
    with crash_world(spec, store) as world:
        prepared(world, seed)
        done = world.cycle(last)
        # Edits of linked records continue, whatever the state of the sync.
        rng = random.Random(seed + 1)  # noqa: S311 - chance that repeats itself
        edit(world.source, SOURCE_EDITS, rng, "second")
        world.rest()
        return (done[0] if done else last), world.ends()


def hold(tmp_path: Path, spec: str, seed: int, points: int) -> None:
    number, expected = played(spec, seed, NOBODY_DIES, tmp_path / "undisturbed.sqlite")
    for found, strangers in expected.values():
        assert strangers == []
        assert all(lookalike for _, _, lookalike in found)
    rng = random.Random(seed)  # noqa: S311 - chance that repeats itself
    for last in sorted(rng.sample(range(1, number), points)):
        _, got = played(spec, seed, last, tmp_path / f"{last}.sqlite")
        assert got == expected, f"killed at point {last} of {number}, {spec}, seed {seed}"


@pytest.mark.parametrize("spec", SPECS)
def test_a_kill_at_a_few_points_changes_nothing(tmp_path: Path, spec: str) -> None:
    hold(tmp_path, spec, seed=7, points=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("spec", SPECS)
def test_a_kill_at_200_points_changes_nothing(tmp_path: Path, spec: str, seed: int) -> None:
    hold(tmp_path, spec, seed, points=25)
