"""Every fault over every document: `python tests/faults/matrix.py [--fault NAME] [--spec PART] [--seeds N]`.

A fault must be caught where it can show: by a check of a right kind that names a right property (`fault_rules`). Where
it cannot, nothing may fail, and the reason is reported. Beside that, healthy runs with N seeds must fail nowhere.
"""

from __future__ import annotations

import os
import sys
import textwrap
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from msgspec import Struct

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from fault_facts import ROOT, SPECS, Place, facts_of  # noqa: E402
from fault_rules import RULES, places  # noqa: E402
from fault_runs import Outcome, play  # noqa: E402

from qa_sync.checklist.depth import Depth  # noqa: E402

SEED = "matrix"


class Cell(Struct, frozen=True):
    """A fault over a document: where it could show, what came of it, and what failed in a healthy run.

    A false alarm catches nothing.
    """

    fault: str
    spec: Path
    could: frozenset[Place]
    outcome: Outcome
    healthy: Outcome

    @property
    def failed(self) -> frozenset[Place]:
        return self.outcome.failed - self.healthy.failed

    @property
    def caught(self) -> frozenset[Place]:
        return self.could & self.failed

    @property
    def ok(self) -> bool:
        """Whether it was caught where it can show, and nothing failed where it cannot."""
        return (
            bool(self.caught)
            if self.could
            else not (self.failed or set(self.outcome.errors) - set(self.healthy.errors))
        )

    @property
    def mark(self) -> str:
        if not self.could:
            return "-" if self.ok else "ALARM"
        return f"{len(self.caught)}/{len(self.could)}" if self.caught else "MISSED"


def cell(fault: str, spec: Path, section: int | None = None) -> Cell:
    """Run one cell; with a section no other one is checked."""
    os.chdir(ROOT)
    could = frozenset(place for place in places(fault, facts_of(spec)) if section in {None, place.section})
    depth = RULES[fault].depth
    outcome = play(spec, SEED, fault, depth=depth, section=section)
    return Cell(fault, spec, could, outcome, without_fault(spec, depth, section))


@cache
def without_fault(spec: Path, depth: Depth, section: int | None = None) -> Outcome:
    """Run a document healthily, with the seed of the cells."""
    return play(spec, SEED, depth=depth, section=section)


def healthy(seed: str, spec: Path) -> tuple[str, Path, Outcome]:
    """Run one healthy check."""
    os.chdir(ROOT)
    return seed, spec, play(spec, seed)


def cells(faults: Sequence[str], specs: Sequence[Path]) -> Iterator[Cell]:
    """Run the cells, on all cores; yield them in order."""
    wanted = [(fault, spec) for fault in faults for spec in specs]
    with ProcessPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        yield from pool.map(cell, *zip(*wanted, strict=True), chunksize=4)


def healths(seeds: int, specs: Sequence[Path]) -> Iterator[tuple[str, Path, Outcome]]:
    """Run the healthy checks, on all cores."""
    wanted = [(f"seed-{n}", spec) for n in range(seeds) for spec in specs]
    with ProcessPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        yield from pool.map(healthy, *zip(*wanted, strict=True), chunksize=4)


def told(found: Cell) -> str:
    """Return what is wrong with a cell."""
    if not found.could:
        why_not = RULES[found.fault].why_not
        return f"{found.fault} over {found.spec.name} cannot show ({why_not}), but got {_failures(found)}"
    expected = sorted({p.kind for p in found.could})
    return f"{found.fault} over {found.spec.name}: expected a failed {' or '.join(expected)}, got {_failures(found)}"


def _failures(found: Cell) -> str:
    known = {*found.healthy.told, *found.healthy.errors}
    listed = [one for one in (*found.outcome.told, *found.outcome.errors) if one not in known]
    return "; ".join(textwrap.shorten(one, 200) for one in listed[:3]) + f" ({len(listed)})" if listed else "nothing"


def lines_of(found: Sequence[Cell], specs: Sequence[Path]) -> Iterator[str]:
    """Yield the lines of the table: places caught of those where a fault can show, `-` where it cannot."""
    names = [spec.stem for spec in specs]
    width = max(len(cell.fault) for cell in found)
    yield " " * width + "".join(f"  {name:>{max(8, len(name))}}" for name in names)
    by_fault: dict[str, list[Cell]] = {}
    for one in found:
        by_fault.setdefault(one.fault, []).append(one)
    for fault, row in by_fault.items():
        marks = "".join(f"  {one.mark:>{max(8, len(one.spec.stem))}}" for one in row)
        yield f"{fault:{width}}{marks}"
        if any(not one.could for one in row):
            yield f"{'':{width}}    -: {RULES[fault].why_not}"


def score(found: Sequence[Cell]) -> str:
    """Return the score in a line."""
    can, cannot = [c for c in found if c.could], [c for c in found if not c.could]
    caught, quiet = sum(c.ok for c in can), sum(c.ok for c in cannot)
    share = 100 * caught / len(can) if can else 100
    return f"{caught} of {len(can)} caught ({share:.1f} %); {quiet} of {len(cannot)} cannot show and did not"


def main() -> None:
    """Run what was requested and print it; the exit code tells whether all is well."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fault", action="append", choices=list(RULES), metavar="NAME")
    parser.add_argument("--spec", default="", help="part of a document's name")
    parser.add_argument("--seeds", type=int, default=0, help="how many healthy runs of each document")
    requested = parser.parse_args()
    specs = [spec for spec in SPECS if requested.spec in spec.name]
    found = list(cells(requested.fault or list(RULES), specs))
    wrong = [told(one) for one in found if not one.ok]
    print("\n".join([*lines_of(found, specs), "", score(found), *wrong]))
    if requested.seeds:
        sick = [(seed, spec, o) for seed, spec, o in healths(requested.seeds, specs) if o.failed or o.errors]
        print(f"healthy: {requested.seeds * len(specs)} runs, {len(sick)} with a false alarm")
        wrong += [f"{spec.name} with seed {seed}: {(*o.told, *o.errors)[0]}" for seed, spec, o in sick]
        print("\n".join(wrong[-len(sick) :] if sick else []))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
