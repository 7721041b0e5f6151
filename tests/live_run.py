"""A live run of documents in this process against a served sandbox, over lines that a test may change."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import ROOT
from msgspec import Struct
from waits import NO_TLS

from qa_sync.checklist.model import Checklist
from qa_sync.checklist.steps import Insert
from qa_sync.modes.documents import connectors_of, read_all
from qa_sync.modes.job import Job
from qa_sync.modes.table import prepare
from qa_sync.running.collect_results import collect_results
from qa_sync.running.results import Results
from qa_sync.running.runner import RunConfig, run
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.settings.read import load_settings
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import Connector, load_connector
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection
from qa_sync.systems.rest.rest_system import RestSystem

SPECS = ("specs/000.txt", "specs/003.txt")


class Went(Struct, frozen=True):
    """A run that is over, and the marks of the records that it made."""

    results: Results
    marks: frozenset[str]

    @property
    def verdicts(self) -> dict[str, str]:
        return {check.id: check.status.value for check in self.results.checks}

    @property
    def unwell(self) -> list[str | None]:
        return [c.message for c in self.results.checks if c.status in {"failed", "error"}]


def go(
    mode: str, seed: str, specs: Sequence[str] = SPECS, config: Path | None = None, parallel_sections: int = 1
) -> Went:
    settings = load_settings(config)
    dataflows = read_all([str(ROOT / spec) for spec in specs])
    job = Job(dataflows, connectors_of(dataflows, settings), ROOT / "cassettes", seed=seed, settings=settings)
    prepared = prepare(mode, job)
    with closing(prepared):
        reported = RunConfig(mode, prepared.seed, prepared.started, time.perf_counter, parallel_sections)
        results = collect_results(run(prepared.checklists, prepared.open_environment, reported))
    return Went(results, frozenset(marks_of(prepared.checklists)))


def marks_of(checklists: Sequence[Checklist]) -> Iterator[str]:
    for scenario in (s for checklist in checklists for plan in checklist.sections for s in plan.scenarios):
        yield from (step.mark for step in scenario.steps if isinstance(step, Insert))


def base_of(config: Path) -> str:
    """Return where the sandbox of those settings is served, without any vendor's path."""
    found = re.search(r"http://127\.0\.0\.1:\d+", config.read_text(encoding="utf-8"))
    assert found
    return found[0]


def by_way_of(config: Path, url: str) -> Path:
    """Return settings that name another place for all systems."""
    text = config.read_text(encoding="utf-8").replace(base_of(config), url)
    other = config.with_name(f"by-way-of-{config.name}")
    other.write_text(text, encoding="utf-8")
    return other


def forward(client: httpx.Client, base: str, request: httpx.Request) -> httpx.Response:
    """Return what the server at `base` answers to a request that came to another place."""
    headers = {k: v for k, v in request.headers.items() if k != "host"}
    url = base + request.url.raw_path.decode()
    return client.request(request.method, url, headers=headers, content=request.content)


def left_in(config: Path) -> dict[tuple[str, str], list[Any]]:
    """Return every record that the served systems of the settings hold, by label and datatype."""
    systems = tomllib.loads(config.read_text(encoding="utf-8"))["systems"]
    found: dict[tuple[str, str], list[Any]] = {}
    for label, own in systems.items():
        vendor, connector = VENDORS[own["connector"]], load_connector(builtin_folder(own["connector"]))
        with closing(RestSystem(label, connector, own["url"], vendor.secrets, httpx.HTTPTransport(NO_TLS))) as system:
            found |= {(label, datatype): list(system.list(datatype)) for datatype in system.cards}
    return found


def over(monkeypatch: pytest.MonkeyPatch, change: Callable[[str, Connector], tuple[Connector, dict[str, Any]]]) -> None:
    """Let every line of a live run be opened with another connector, and with more said of it."""

    def opened(label: str, connector: Connector, *args: Any, **named: Any) -> LiveConnection:
        changed, more = change(label, connector)
        return open_connection(label, changed, *args, **{**named, **more})

    monkeypatch.setattr("qa_sync.modes.live_systems.connections.open_connection", opened)
