"""Alerts for lost changes: what they say, how often they come, and that a channel that fails ends nothing."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback import loopback
from traffic import START, Traffic, options, plan

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.observe_outputs.alert_channels import command_channel, url_channel
from qa_sync.modes.observe_outputs.alerts import MOST_CASES, PAUSE, Alerts, Send
from qa_sync.observe.model import Case, CaseKind, CaseState, ObservedSection
from qa_sync.observe.reporting.progress import ReadProgress
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Direction
from qa_sync.systems.redaction import HIDDEN, Redactor


@pytest.fixture(scope="module")
def sections() -> Sequence[ObservedSection]:
    return plan(Traffic(seed="alerts"), options(), ObserveState(":memory:")).sections


def lost(sections: Sequence[ObservedSection], *numbers: int, record: str = "w") -> tuple[Case, ...]:
    claim = sections[0].auditable.checked_claims[0].id
    return tuple(
        Case(
            sections[0].key, Direction.FORWARD, CaseKind.EDIT, f"{record}{n}", START, CaseState.LOST, "C-1", (claim,),
            number=n, missed=1,
        )
        for n in numbers
    )  # fmt: skip


def read(at_s: float, missed: tuple[Case, ...] = ()) -> ReadProgress:
    return ReadProgress(START + timedelta(seconds=at_s), 0, (), missed)


def sent_by(sections: Sequence[ObservedSection], reads: Sequence[ReadProgress]) -> list[dict[str, Any]]:
    texts = list[str]()
    alerts = Alerts([texts.append], sections, pytest.fail, str)
    for one in reads:
        alerts.handle(one)
    alerts.close()
    return [json.loads(text) for text in texts]


def test_an_alert_has_what_one_needs_to_look(sections: Sequence[ObservedSection]) -> None:
    (alert,) = sent_by(sections, [read(0, lost(sections, 1))])
    (case,) = alert["cases"]
    assert alert["schema"] == "qa-sync/alert/1"
    assert alert["lost"] == 1
    assert case["audit"] == "qa-sync audit specs/000.txt --only w1"
    assert case["audit"] in alert["text"]
    assert [ref["id"] for ref in case["records"]] == ["w1", "C-1"]
    assert case["section"] == "Wix.com Contacts to Customerp Contact"
    assert case["pending"] == [str_of(sections[0])]
    assert case["changed"] == START.isoformat()


def str_of(section: ObservedSection) -> str:
    pair = section.auditable.checked_claims[0].pair
    return f"{pair.source} -> {pair.target}"


def test_alerts_are_bounded_in_rate_and_leave_nothing_out(sections: Sequence[ObservedSection]) -> None:
    reads = [read(10 * n, lost(sections, *range(100 * n, 100 * n + 30))) for n in range(60)]  # ten minutes
    alerts = sent_by(sections, reads)
    assert len(alerts) <= 600 / PAUSE.total_seconds() + 1
    assert sum(alert["lost"] for alert in alerts) == 60 * 30
    assert all(len(alert["cases"]) <= MOST_CASES for alert in alerts)


def test_a_late_arrival_is_no_alert(sections: Sequence[ObservedSection]) -> None:
    late = tuple(
        Case(c.section, c.direction, c.kind, c.record, c.opened, CaseState.ARRIVED, number=c.number, missed=1)
        for c in lost(sections, 1)
    )
    assert sent_by(sections, [read(0, late)]) == []


def test_a_secret_is_in_no_alert(sections: Sequence[ObservedSection]) -> None:
    texts = list[str]()
    alerts = Alerts([texts.append], sections, pytest.fail, Redactor(["s3cr3t-token"]))
    alerts.handle(read(0, lost(sections, 1, record="s3cr3t-token")))
    (text,) = texts
    assert "s3cr3t-token" not in text
    assert HIDDEN in text
    json.loads(text)


def test_a_channel_that_fails_is_reported_and_the_others_get_the_alert(sections: Sequence[ObservedSection]) -> None:
    def broken(_: str) -> None:
        raise NoVerdict("the pager is away")

    lines, texts = list[str](), list[str]()
    alerts = Alerts([broken, texts.append], sections, lines.append, str)
    alerts.handle(read(0, lost(sections, 1, 2)))
    assert len(texts) == 1
    assert lines == ["the alert of 2 lost changes was not sent: the pager is away"]


def test_a_command_gets_the_alert_on_standard_input(tmp_path: Path) -> None:
    place = tmp_path / "it's here.json"
    program = f"import sys; open({str(place)!r}, 'w').write(sys.stdin.read())"
    command_channel(shlex.join([sys.executable, "-c", program]), Redactor())('{"lost": 1}')
    assert place.read_text(encoding="utf-8") == '{"lost": 1}'


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit('no line to 12345678-token')", rf"failed with exit code 1: no line to {HIDDEN[:5]}"),
        ("import os; os._exit(7)", "failed with exit code 7: no output"),
    ],
)
def test_a_command_that_fails_says_why(program: str, why: str) -> None:
    send = command_channel(shlex.join([sys.executable, "-c", program]), Redactor(["12345678-token"]))
    with pytest.raises(NoVerdict) as caught:
        send("{}")
    assert why in str(caught.value)
    assert "12345678" not in str(caught.value)


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_sync.modes.observe_outputs.alert_channels.TIMEOUT_S", 0.2)
    send = command_channel(shlex.join([sys.executable, "-c", "import time; time.sleep(600)"]), Redactor())
    with pytest.raises(NoVerdict, match="did not end within"):
        send("{}")


def test_a_command_that_does_not_exist_is_reported() -> None:
    with pytest.raises(NoVerdict, match="no-such-pager: No such file"):
        command_channel("no-such-pager", Redactor())("{}")


def test_a_web_hook_gets_the_alert() -> None:
    with loopback(lambda _: httpx.Response(204)) as server:
        url_channel(f"{server.url}/hooks/T0/B0/secretsecret", Redactor())('{"lost": 1}')
    (asked,) = server.asked
    assert asked.content == b'{"lost": 1}'
    assert asked.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_web_hook_that_refuses_is_reported_without_its_secret_path(status: int) -> None:
    redact = Redactor()
    with loopback(lambda _: httpx.Response(status, headers={"Location": "/elsewhere"})) as server:
        send = url_channel(f"{server.url}/hooks/secretsecret?key=alsosecret", redact)
        with pytest.raises(NoVerdict) as caught:
            send("{}")
    assert str(caught.value) == f"127.0.0.1 responded with status {status}"
    assert redact("at /hooks/secretsecret?key=alsosecret") == f"at /{HIDDEN}"


def test_a_web_hook_that_is_away_is_reported() -> None:
    with pytest.raises(NoVerdict, match=r"127\.0\.0\.1: "):
        url_channel("http://127.0.0.1:9/hooks/secretsecret", Redactor())("{}")


@pytest.mark.parametrize(
    ("channel", "text", "why"),
    [
        (command_channel, "", "--alert-cmd: expected a command"),
        (command_channel, "page 'me", "--alert-cmd: No closing quotation"),
        (url_channel, "", "--alert-url: expected a URL"),
        (url_channel, "hooks.example.com/secret", "--alert-url: expected a URL"),
        (url_channel, "file:///etc/passwd", "--alert-url: expected a URL"),
        (url_channel, "http://[::1", "--alert-url: expected a URL"),
    ],
)
def test_an_option_that_is_not_valid_is_refused(channel: Callable[[str, Redactor], Send], text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        channel(text, Redactor())
    assert why in str(caught.value)
    assert "secret" not in str(caught.value)
