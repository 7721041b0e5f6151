"""What pytest calls. It is loaded by every run of pytest where qa-sync is installed, so all else is imported late."""

from __future__ import annotations

from pathlib import Path

import pytest

SUFFIXES = frozenset({".txt", ".rst"})
DEPTHS = ("smoke", "standard", "thorough")
"""Those of `qa_sync.checklist.depth`, which is not imported here: every run of pytest would."""
HEAD_CHARS = 4096
"""Characters in which a document's title stands."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; without `--qa-sync` or `qa_sync_specs` nothing is collected."""
    group = parser.getgroup("qa-sync", "dataflow documents (qa-sync)")
    group.addoption("--qa-sync", action="store_true", help="collect every dataflow document among the given paths")
    group.addoption("--qa-sync-mode", metavar="MODE", default="replay", help="replay (default), sandbox or live")
    group.addoption("--qa-sync-seed", metavar="SEED", help="the seed of the sample records")
    group.addoption("--qa-sync-depth", choices=DEPTHS, default="standard", help="how deep to look (standard)")
    group.addoption("--qa-sync-config", metavar="PATH", help="the settings (default: qa-sync.toml in the root folder)")
    group.addoption("--qa-sync-cassettes", metavar="DIR", help="the recordings (default: cassettes in the root folder)")
    parser.addini("qa_sync_specs", "folders or files whose dataflow documents are collected", "paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known that keeps a section's checks on one worker (`-n 2 --dist loadgroup`)."""
    config.addinivalue_line("markers", "xdist_group(name): checks of one section, best run by one worker")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a document that was opted in and that has the title form."""
    if file_path.suffix.lower() not in SUFFIXES or not _opted_in(parent.config, file_path) or not _titled(file_path):
        return None
    from qa_sync.pytest_plugin.items import SpecFile  # noqa: PLC0415 - see above

    collected: pytest.Collector = SpecFile.from_parent(parent, path=file_path)
    return collected


def _opted_in(config: pytest.Config, path: Path) -> bool:
    named: list[Path] = config.getini("qa_sync_specs")
    return bool(config.getoption("--qa-sync")) or any(path.is_relative_to(place) for place in named)


def _titled(path: Path) -> bool:
    """Tell whether a line of the beginning is a title, `<source> to <target> Dataflow`."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        lines = file.read(HEAD_CHARS).splitlines()
    return any(line.rstrip().endswith(" Dataflow") and " to " in line for line in lines)
