"""The folder of the results that all processes of a test run share; it is removed at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = pytest.StashKey[Path]()
WORKER_KEY = "qa_sync_results"
"""The key of the folder in the input of a worker of pytest-xdist."""


def results_folder(config: pytest.Config) -> Path:
    """Return the folder of this test run; only its owner can read it."""
    if FOLDER not in config.stash:
        config.stash[FOLDER] = _of_worker(config) or _created(config)
    return config.stash[FOLDER]


def _of_worker(config: pytest.Config) -> Path | None:
    given = getattr(config, "workerinput", {}).get(WORKER_KEY)
    return Path(given) if given else None


def _created(config: pytest.Config) -> Path:
    import tempfile  # noqa: PLC0415 - every pytest run loads this module where qa-sync is installed

    folder = tempfile.TemporaryDirectory(prefix="qa-sync-pytest-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    return Path(folder.name)
