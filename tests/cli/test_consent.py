from __future__ import annotations

import io

import pytest

from qa_sync.cli.confirm import confirm_writes
from qa_sync.modes.job import PlannedRecords

PLANNED = [PlannedRecords("Custom Webshop", "http://shop.example.test", entity, 12) for entity in ("Order", "Customer")]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_question_breaks_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("COLUMNS", "50")
    confirm_writes(PLANNED, yes=True)
    assert screen.getvalue() == (
        "This run creates and then deletes these records;\n"
        "the sync may create as many counterparts:\n"
        "  Custom Webshop (http://shop.example.test): 12\n"
        "    Order, 12 Customer\n"
    )


def test_in_a_pipe_it_is_a_line_a_system(capsys: pytest.CaptureFixture[str]) -> None:
    confirm_writes(PLANNED, yes=True)
    assert capsys.readouterr().err.splitlines()[1] == (
        "  Custom Webshop (http://shop.example.test): 12 Order, 12 Customer"
    )
