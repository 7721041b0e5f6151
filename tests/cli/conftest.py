from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from qa_sync.cli.main import guarded

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What the program did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


QaSync = Callable[..., Answer]


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
