"""Writes the files of a draft as a folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from qa_sync.errors import UsageError
from qa_sync.files import write_atomically
from qa_sync.systems.connectors.folder import Problem
from qa_sync.systems.connectors.load import check_connector


def write_folder(folder: Path, files: Mapping[str, str]) -> list[Problem]:
    """Write a connector folder, and return the problems that `connectors check` finds in it.

    Raises UsageError if the folder exists already or cannot be written; then nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists already", hint="give a new folder, or delete it first")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from None
    try:
        for name, text in files.items():
            write_atomically(made / name, text)
        _, problems = check_connector(made, env={}, payloads={})
        made.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        made.rename(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return list(problems)
