"""The pytest hooks. Every pytest run loads this module where qa-sync is installed, so other imports come late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qa_sync.pytest_plugin.folder import FOLDER, WORKER_KEY, results_folder

SUFFIXES = frozenset({".txt", ".rst"})
DEPTHS = ("smoke", "standard", "thorough")
"""The values of `qa_sync.checklist.depth.Depth`, which is not imported, to keep pytest fast."""
ANNOUNCED = pytest.StashKey[set[str]]()
"""The specs whose writes were printed."""

HEAD_CHARS = 4096
"""How many characters of a file are searched for the title."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; without `--qa-sync` or `qa_sync_specs` nothing is collected."""
    group = parser.getgroup("qa-sync", "dataflow specs (qa-sync)")
    group.addoption("--qa-sync", action="store_true", help="collect every dataflow spec in the given paths")
    group.addoption(
        "--qa-sync-mode", metavar="MODE", default="replay", help="run mode: replay (default), sandbox or live"
    )
    group.addoption(
        "--qa-sync-yes", action="store_true", help="allow live runs to write to the systems of the settings"
    )
    group.addoption("--qa-sync-seed", metavar="SEED", help="seed of the sample records")
    group.addoption("--qa-sync-depth", choices=DEPTHS, default="standard", help="how many checks to generate")
    group.addoption("--qa-sync-config", metavar="PATH", help="settings file (default: qa-sync.toml in the root folder)")
    group.addoption(
        "--qa-sync-cassettes", metavar="DIR", help="folder of the recordings (default: cassettes in the root folder)"
    )
    parser.addini("qa_sync_specs", "folders or files with dataflow specs to collect", "paths", default=[])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of pytest-xdist the folder of the results, so that each section runs once for all workers."""
    if _wanted(node.config):
        node.workerinput[WORKER_KEY] = str(results_folder(node.config))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print what live runs will write; a worker of pytest-xdist leaves that to the process with the terminal."""
    config = session.config
    if config.option.collectonly or not _wanted(config):
        return
    from qa_sync.pytest_plugin.items import announce_runs  # noqa: PLC0415 - see below

    announce_runs(session.items)
    _print_announced(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """Print what live runs will write, once for all workers; the tests start when all have collected."""
    _print_announced(node.config)


def _print_announced(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    folder = config.stash.get(FOLDER, None)
    if folder is None or reporter is None:
        return
    from qa_sync.pytest_plugin.shared_results import SharedResults  # noqa: PLC0415 - see below
    from qa_sync.reports.shared.escape import escape_invisible  # noqa: PLC0415

    printed = config.stash.setdefault(ANNOUNCED, set())
    for name, lines in SharedResults(folder).announced():
        if name not in printed:
            printed.add(name)
            reporter.ensure_newline()
            for line in lines:
                reporter.write_line(escape_invisible(line))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the causes of failures and errors, each once for all its checks."""
    folder = config.stash.get(FOLDER, None)
    if folder is None:
        return
    from qa_sync.pytest_plugin.shared_results import SharedResults  # noqa: PLC0415 - see above
    from qa_sync.pytest_plugin.texts import summary_text  # noqa: PLC0415

    results = SharedResults(folder).merged()
    if results and (text := summary_text(results, terminalreporter._tw.fullwidth)):  # noqa: SLF001 - as its own plugins
        terminalreporter.section("dataflow specs: failures and errors by cause")
        terminalreporter.write(text)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file that is opted in and has the title of a spec."""
    if file_path.suffix.lower() not in SUFFIXES or not _opted_in(parent.config, file_path) or not _titled(file_path):
        return None
    from qa_sync.pytest_plugin.items import SpecFile  # noqa: PLC0415 - see above

    collected: pytest.Collector = SpecFile.from_parent(parent, path=file_path)
    return collected


def _opted_in(config: pytest.Config, path: Path) -> bool:
    named: list[Path] = config.getini("qa_sync_specs")
    return bool(config.getoption("--qa-sync")) or any(path.is_relative_to(place) for place in named)


def _wanted(config: pytest.Config) -> bool:
    return bool(config.getoption("--qa-sync") or config.getini("qa_sync_specs"))


def _titled(path: Path) -> bool:
    """Return whether the beginning of a file has a title, `<source> to <target> Dataflow`."""
    if not path.is_file():
        return False  # reading a pipe would block
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        lines = file.read(HEAD_CHARS).splitlines()
    return any(line.rstrip().endswith(" Dataflow") and " to " in line for line in lines)
