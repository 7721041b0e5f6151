"""The results of sections in a folder that all processes of a test run share, so that each section runs once."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.files import write_atomically
from qa_sync.reports.formats import results_json, results_json_reader
from qa_sync.running.results import Results, SpecResult

ANNOUNCED = ".announced"


class CutOff(Struct, frozen=True):
    """A section whose run was cut off, by a time limit for example, and by what."""

    reason: str


class SectionRuns:
    """The runs of one section so far, by all processes; the latest counts."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @property
    def number(self) -> int:
        """How many runs there were."""
        return sum(1 for _ in self._place.parent.glob(f"{self._place.name}.run*"))

    def latest(self) -> Results | CutOff:
        """Return the latest run."""
        text = self._file(self.number).read_text(encoding="utf-8")
        return results_json_reader.parse(text) if text.startswith("{") else CutOff(text)

    def add(self, run: Results | CutOff) -> None:
        """Add a run."""
        text = run.reason.lstrip("{") if isinstance(run, CutOff) else results_json.render(run)
        write_atomically(self._file(self.number + 1), text)

    def _file(self, number: int) -> Path:
        return self._place.with_name(f"{self._place.name}.run{number}")


class SharedResults:
    """The folder of the results; its names are hashes, so that no path of a spec is too long or not allowed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def section(self, spec: str, ordinal: int) -> Iterator[SectionRuns]:
        """Hold the lock of a section while it runs; other processes wait for its results."""
        place = self._folder / _name(f"{ordinal} {spec}")
        with _locked(place.with_suffix(".lock")):
            yield SectionRuns(place)

    def announce(self, spec: str, lines: Sequence[str]) -> None:
        """Keep what a spec's run will write, for the process with the terminal; of several workers the same once."""
        if lines:
            write_atomically(self._folder / f"{_name(spec)}{ANNOUNCED}", "\n".join(lines))

    def announced(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield what will be written, by spec: a name of it, and lines."""
        for path in sorted(self._folder.glob(f"*{ANNOUNCED}")):
            yield path.stem, path.read_text(encoding="utf-8").splitlines()

    def is_first(self, spec: str, attempt: int) -> bool:
        """Return whether this is the first check of all processes that meets the error of a spec in this attempt."""
        try:
            (self._folder / f"{_name(spec)}.error{attempt}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def merged(self) -> Results | None:
        """Return the latest results of all sections as those of one run, None without any."""
        places = sorted({path.with_suffix("") for path in self._folder.glob("*.run*")})
        found = [run for run in (SectionRuns(place).latest() for place in places) if isinstance(run, Results)]
        if not found:
            return None
        sections: dict[tuple[str, str], list[SpecResult]] = {}
        for spec in (spec for run in found for spec in run.specs):
            sections.setdefault((spec.spec, spec.title), []).append(spec)
        specs = [
            SpecResult(spec, title, tuple(sorted((s for p in parts for s in p.sections), key=lambda s: s.ordinal)))
            for (spec, title), parts in sorted(sections.items())
        ]
        return replace(found[0], specs=tuple(specs))


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock, which the operating system releases when the process ends."""
    with path.open("a") as file:
        _lock(file.fileno())
        yield


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only there

        msvcrt.locking(file, msvcrt.LK_LOCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - not there on Windows

        fcntl.flock(file, fcntl.LOCK_EX)
