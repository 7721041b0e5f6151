"""`--changed-since REV`: which documents and connectors git says have changed."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.find import connector_folder


def changed_since(revision: str) -> frozenset[Path]:
    """Return the files that differ from a revision, and those that git does not know yet; absolute paths.

    Raises UsageError when this is no work tree of git, or the revision is unknown to it.
    """
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    differ = _git("diff", "--name-only", "-z", "--end-of-options", revision, "--")
    unknown = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/")
    return frozenset(top / name for listed in (differ, unknown) for name in listed.split("\0") if name)


def changed_documents(
    dataflows: Iterable[Dataflow], settings: Settings, changed: Collection[Path]
) -> tuple[Dataflow, ...]:
    """Return the documents that changed, or one of whose systems has a connector that did."""
    return tuple(d for d in dataflows if _changed(_places(d, settings), changed))


def _changed(places: Iterable[Path], changed: Collection[Path]) -> bool:
    return any(path.is_relative_to(place) for place in places for path in changed)


def _places(dataflow: Dataflow, settings: Settings) -> Iterator[Path]:
    yield Path(dataflow.path).resolve()
    for label in {entity.system for s in dataflow.sections for entity in (s.source, s.target)}:
        yield connector_folder(settings, label).resolve()


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)  # noqa: S603, S607 - the user's own git
    except FileNotFoundError:
        raise UsageError("--changed-since needs git, and there is none") from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise UsageError(f"--changed-since: {told[0]}", hint="name a commit, a branch or a tag of this repository")
    return done.stdout.decode(errors="surrogateescape")
