from __future__ import annotations

import io

import pytest
from msgspec.structs import replace

from qa_sync.cli.confirm import confirm_cleanup, confirm_sync, confirm_writes
from qa_sync.errors import UsageError
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


def test_what_people_are_sent_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    mail = "WooCommerce: mails each new customer"
    confirm_writes([replace(planned, announced=(mail,)) for planned in PLANNED], yes=True)
    assert capsys.readouterr().err.splitlines()[2:] == ["People may get messages about them:", f"  {mail}"]


def test_a_sync_says_before_its_question_what_people_are_sent(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="nothing was written"):
        confirm_sync(
            {("Shop", "Customer created"): 2}, ["Shop: mails each new customer"], watching=False, reading_s=75.0
        )
    assert capsys.readouterr().err.splitlines() == [
        "These writes will be made and are not undone:",
        "  Shop: 2 Customer created",
        "People may get messages about them:",
        "  Shop: mails each new customer",
        "These are 2 writes. Reading the systems took 1 min 15 s; the writes come on top of that.",
    ]


def test_a_cleanup_says_how_many_records_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    confirm_cleanup([("run a (x.txt)", 1), ("run b (y.txt)", 6)], 180.0, yes=True)
    assert capsys.readouterr().err.splitlines() == [
        "Records of these runs are deleted; late counterparts are searched for:",
        "  run a (x.txt): 1 record",
        "  run b (y.txt): 6 records",
        "These are 7 records. Waiting for late counterparts takes at most 3 min 00 s.",
    ]


def test_in_a_pipe_it_is_a_line_a_system(capsys: pytest.CaptureFixture[str]) -> None:
    confirm_writes(PLANNED, yes=True)
    assert capsys.readouterr().err.splitlines()[1] == (
        "  Custom Webshop (http://shop.example.test): 12 Order, 12 Customer"
    )
