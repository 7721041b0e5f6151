"""The program as a fixture, and a caller for each vendor of the sandbox."""

from __future__ import annotations

import os
import sys
from typing import Any

import hypothesis
import pytest
from cli_caller import ROOT, Answer, QaSync
from sandbox_caller import Caller, HandClock

from qa_sync.cli.main import guarded
from qa_sync.sandbox.vendors import VENDORS

# In CI the same examples every time: a green run stays green, and new examples are for whoever works on the code.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


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
        code = guarded()
        got = capsys.readouterr()
        return Answer(code, got.out, got.err)

    return run
