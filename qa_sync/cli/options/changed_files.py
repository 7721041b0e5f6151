"""`--changed-since REV`: the specs and connectors that changed according to git."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError
from qa_sync.settings.model import Settings
from qa_sync.systems.connectors.find import connector_folder


def changed_since(revision: str) -> frozenset[Path]:
    """Return the absolute paths of the files that differ from a revision, and of untracked files.

    Raises UsageError outside a git work tree, and for an unknown revision.
    """
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    differ = _git("diff", "--name-only", "-z", "--end-of-options", revision, "--")
    unknown = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/")
    return frozenset(top / name for listed in (differ, unknown) for name in listed.split("\0") if name)


def changed_documents(
    dataflows: Iterable[Dataflow], settings: Settings, changed: Collection[Path]
) -> tuple[Dataflow, ...]:
    """Return the dataflows whose spec changed, or the connector of one of their systems."""
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
        raise UsageError("--changed-since needs git, which is not installed") from None
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        hint = "give a commit, a branch or a tag of this repository"
        if "not a git repository" in message[0]:
            hint = "run it in the repository of the specs, or omit --changed-since"
        raise UsageError(f"--changed-since: {message[0]}", hint=hint)
    return done.stdout.decode(errors="surrogateescape")
