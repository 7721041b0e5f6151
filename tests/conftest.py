"""The program as a fixture, the sandbox served by another process, and a caller for each of its vendors."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from cli_caller import ROOT, Answer, QaSync, Serve
from example_counts import BY_DEFAULT
from sandbox_caller import Caller, HandClock
from waits import sandbox

from qa_sync.cli.main import run_guarded
from qa_sync.modes.documents import connectors_of, read_named
from qa_sync.modes.embedded.settings_text import environment, settings_text
from qa_sync.sandbox.vendors import VENDORS

pytest_plugins = ["pytester"]
if sys.dont_write_bytecode:
    # Else each program that a test starts compiles all modules again, and that takes longer than what it does.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache/bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Tests run the program at the top of the project, where a developer's own history may stand.
os.environ["QA_SYNC_HISTORY"] = "0"
# Their systems are their own: they may be written to. The tests of consent take this away.
for _command in ("CHECK", "SYNC", "CLEANUP"):
    os.environ[f"QA_SYNC_{_command}_YES"] = "1"

# In CI the same examples every time: a green run stays green, and new examples are for whoever works on the code.
# No example has a time to keep: on a busy machine that fails for nothing.
hypothesis.settings.register_profile("here", deadline=None, max_examples=BY_DEFAULT)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=BY_DEFAULT, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


EVERY_S = 0.2
"""How long a served sandbox pauses between two cycles of its sync."""
WORKERS = 3
"""Some tests wait more than they work, and each worker collects all of them (8 s)."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run on several workers unless `-n` says how many.

    Not in `addopts`, because `pytest specs/` also runs where pytest-xdist is not installed.
    """
    is_worker = hasattr(config, "workerinput")  # a worker with workers of its own would start them without end
    if is_worker or not config.pluginmanager.hasplugin("xdist"):
        return
    if config.getoption("numprocesses") is None:
        config.option.numprocesses = WORKERS
    if config.getoption("numprocesses") and config.getoption("dist") == "no":
        # Each worker gets a run of neighboring tests: a browser, or a run that several tests of a file ask about, is
        # started once. One that has finished takes from the others, so none works alone at the end.
        config.option.dist = "worksteal"


def pytest_collection_finish() -> None:
    """Leave the collected tests to no garbage collection: they live to the end, and there are thousands."""
    gc.collect()
    gc.freeze()


def _caller(name: str, clock: HandClock) -> Any:
    caller = Caller(VENDORS[name], clock)
    yield caller
    caller.loop.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def wix(clock: HandClock) -> Any:
    yield from _caller("wix", clock)


@pytest.fixture
def woo(clock: HandClock) -> Any:
    yield from _caller("woocommerce", clock)


@pytest.fixture
def erp(clock: HandClock) -> Any:
    yield from _caller("customerp", clock)


@pytest.fixture
def webshop(clock: HandClock) -> Any:
    yield from _caller("customwebshop", clock)


@pytest.fixture
def qa_sync(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> QaSync:
    """Run the program in this process, at the top of the project."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TERM", "dumb")

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["qa-sync", *words])
        capsys.readouterr()
        code = run_guarded()
        got = capsys.readouterr()
        return Answer(code, got.out, got.err)

    return run


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve the sandbox as told, do what it says of the environment, and return its settings.

    With a sync it is the command, in a process of its own; without one the apps are served here, which is quicker.
    """
    with ExitStack() as stack:

        def go(*words: str, name: str = "qa-sync.toml") -> Path:
            config = tmp_path / name
            if words[-1:] == ("--no-sync",):
                served = _serve_here(stack, config, words[:-1])
            else:
                served = _serve_apart(stack, config, words)
            for variable, value in served.items():
                monkeypatch.setenv(variable, value)
            return config

        yield go


def _serve_here(stack: ExitStack, config: Path, specs: tuple[str, ...]) -> Mapping[str, str]:
    """Serve the apps in this process, write settings for the systems of the specs, and return their environment."""
    from served_apps import serving  # noqa: PLC0415 - most tests serve nothing, and uvicorn is slow to load

    names = {label: c.name for label, c in connectors_of(read_named([str(ROOT / spec) for spec in specs])).items()}
    apps = {name: vendor.build_app(lambda: datetime.now(UTC), "sandbox") for name, vendor in VENDORS.items()}
    url = stack.enter_context(serving(apps))
    config.write_text(settings_text(names, {name: f"{url}/{name}" for name in VENDORS}, EVERY_S), encoding="utf-8")
    return environment(names)


def _serve_apart(stack: ExitStack, config: Path, words: tuple[str, ...]) -> Mapping[str, str]:
    """Start the command, which writes settings, and return the environment that it asks for."""
    command = ("--port", "0", "--every", str(EVERY_S), "--write-config", str(config))
    lines = stack.enter_context(sandbox(*command, *words))
    exported = (re.fullmatch(r"export (\w+)=(\S+)\n", line) for line in lines)
    return {found[1]: found[2] for found in exported if found}
