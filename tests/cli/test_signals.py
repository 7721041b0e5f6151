"""What a signal does to a program that works, waits, or cleans up, without another program: the handlers alone."""

from __future__ import annotations

import os
import signal
import time

import pytest

from qa_sync.cli import signals
from qa_sync.cli.signals import graceful_shutdown, interrupted_by_signals, stopped_by_signals

TWICE = [number for number in signals.SIGNALS if number != signal.SIGINT]


class Clock:
    """The seconds that the handlers see."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock.monotonic)
    monkeypatch.setattr(signals, "_first_signals", [])
    return clock


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every immediate exit, which then only raises SystemExit."""
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    return codes


def send(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0)  # a signal is handled between two instructions


@pytest.mark.parametrize("number", signals.SIGNALS)
def test_the_first_signal_is_an_interruption(number: int, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), graceful_shutdown(lambda: "removing 3 A Things."):
        send(number)
    assert "removing 3 A Things. A second signal exits immediately." in capfd.readouterr().err


@pytest.mark.parametrize("first", signals.SIGNALS)
@pytest.mark.parametrize("second", TWICE)
def test_the_second_half_of_a_signal_does_not_end_the_cleanup(
    first: int, second: int, clock: Clock, exits: list[int]
) -> None:
    with graceful_shutdown():
        with pytest.raises(KeyboardInterrupt):
            send(first)
        clock.now += 0.9
        send(second)
        assert exits == []
        clock.now += 0.2
        with pytest.raises(SystemExit):
            send(second)
    assert exits == [3]


@pytest.mark.parametrize("first", signals.SIGNALS)
def test_a_second_ctrl_c_exits_at_once(first: int, exits: list[int]) -> None:
    with graceful_shutdown():
        with pytest.raises(KeyboardInterrupt):
            send(first)
        with pytest.raises(SystemExit):
            send(signal.SIGINT)
    assert exits == [3]


def test_the_second_half_of_a_signal_does_not_stop_the_reports_after_a_short_cleanup(clock: Clock) -> None:
    with interrupted_by_signals():
        with pytest.raises(KeyboardInterrupt), graceful_shutdown():
            send(signal.SIGTERM)
        clock.now += 0.5
        send(signal.SIGTERM)


def test_a_closed_terminal_is_an_interruption_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "write", closed)
    with pytest.raises(KeyboardInterrupt), graceful_shutdown():
        send(signal.SIGHUP)


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with graceful_shutdown(), interrupted_by_signals():
            send(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", signals.SIGNALS)
def test_work_that_can_stop_is_requested_first_and_interrupted_after(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "STOP_S", 0.01)

    def work() -> None:
        with stopped_by_signals() as stop:
            send(number)
            assert stop.is_set()
            signal.sigtimedwait([], 60)  # until the alarm

    with pytest.raises(KeyboardInterrupt):
        work()
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_work_that_has_stopped_is_not_interrupted() -> None:
    with stopped_by_signals() as stop:
        send(signal.SIGTERM)
        assert stop.wait(60)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("enter", [graceful_shutdown, interrupted_by_signals, stopped_by_signals])
def test_handlers_are_those_of_before_afterwards(enter: object) -> None:
    before = [signal.getsignal(number) for number in signals.SIGNALS]
    with enter():  # type: ignore[operator]
        assert [signal.getsignal(number) for number in signals.SIGNALS] != before
    assert [signal.getsignal(number) for number in signals.SIGNALS] == before
