"""The blocks of what is not well: values marked where they differ, steps, requests, messages said once."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from report_samples import HOSTILE, check, events, source_line

from qa_sync.reports.shared.text_layout import Style, text_of, width_of
from qa_sync.reports.shared.wording import short_message
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.reports.terminal.value_diff import diff_lines
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import CheckFinished, RunFinished, Status
from qa_sync.running.results import Results
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.comparison.compare import Difference

GOT = ExchangeSummary("B", "GET", "https://b.example.test/clients/9001", "", 200, '{"id": "9001", "name": "Sofie"}')
PUT = ExchangeSummary("A", "PATCH", "https://a.example.test/customers/c-17", '{"name": "Žofie"}', None, "")
STEPS = ("make A Customer (a)", "wait for B Client (a)", "edit x of A Customer (a)", "let 2 s pass", "look again")


def wrong(title: str = "name -> name", **more: object) -> CheckFinished:
    message = "A to B: B Client name: expected 'Žofie', got 'Sofie' (value); looked 3 times in 120 s"
    plain = check("update-forward", title, 9, Status.FAILED, message=message, difference=Difference.VALUE)
    reported = {"expected": "Žofie", "actual": "Sofie", "steps": STEPS, "exchanges": (PUT, GOT), **more}
    return replace(plain, **reported)


def of(*checks: CheckFinished) -> Results:
    start = [e for e in events() if not isinstance(e, CheckFinished | RunFinished)]
    return collect_results([*start, *checks, RunFinished(0.5)])


def block(*checks: CheckFinished, width: int = 80, verbose: bool = False) -> str:
    out = io.StringIO()
    Terminal(out, io.StringIO(), width=width, verbose=verbose, environ={}).report(of(*checks), source_line)
    shown = out.getvalue()
    return shown[shown.index("specs/shop.txt:9 |") :]


def test_a_block_tells_what_was_done_expected_and_found_once() -> None:
    assert block(wrong(latency_s=3.2)).startswith(
        "specs/shop.txt:9 | Every A Customer will be synchronized with a B Client.\n"
        "  ✗ failed  update-forward  name -> name  3.20 s\n"
        "    A to B: B Client name: the value differs; looked 3 times in 120 s\n"
        "    steps     1 more → wait for B Client (a) → edit x of A Customer (a) → let 2\n"
        "              s pass → look again\n"
        '    expected  "Žofie"\n'
        "               ^\n"
        '    actual    "Sofie"\n'
        "               ^\n"
        "\n"
    )


def test_a_verbose_block_shows_all_steps_and_each_request_once() -> None:
    shown = block(wrong(), wrong("other -> other", message="gone"), width=200, verbose=True)
    assert "steps     make A Customer (a) → wait for B Client (a)" in shown
    assert (
        "    request   A: PATCH https://a.example.test/customers/c-17\n"
        '              {"name": "Žofie"}\n'
        "    response  no response\n"
        "    request   B: GET https://b.example.test/clients/9001\n"
        "    response  status 200\n"
        '              {"id": "9001", "name": "Sofie"}\n'
    ) in shown
    assert shown.count('{"id": "9001"') == 1
    assert "B: GET https://b.example.test/clients/9001 (shown above)" in shown
    assert "request  " not in block(wrong())


def test_of_checks_that_failed_alike_the_steps_of_the_first_are_reported() -> None:
    shown = block(wrong(), wrong("other -> other", exchanges=(), steps=STEPS[:1]), verbose=True)
    assert "look again (of the first)" in shown.replace("\n              ", " ")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("B name: expected 'a', got 'b' (value)", "B name: the value differs"),
        ("B name: expected 'a: expected', got ': got' (value); looked", "B name: the value differs; looked"),
        ("B name: from character 9 on: expected ...'a', got ...'b' (value)", "B name: the value differs"),
        ("B lines: [2]: expected 'a', got 'b' (value)", "B lines: the value differs"),
        ("B x, cleared there: expected nothing, got 'b' (value)", "B x, cleared there: the value differs"),
        ("B name: expected 90 characters, got only the first 40, cut after 'x' (value)", None),
        ("it arrived after 80.0 s, expected within 60 s", None),
    ],
)
def test_a_message_leaves_out_the_values_that_stand_beside_it(message: str, said: str | None) -> None:
    assert short_message(replace(wrong(), message=message)) == (said or message)


@pytest.mark.parametrize(
    ("expected", "actual", "alike"),
    [("e\u0301", "\xe9", True), ("a\u00a0b", "a b", True), ("a\u200db", "ab", True), ("a\u00a0b", "c\u00a0d", False)],
)
def test_values_that_look_alike_stay_in_the_message(expected: str, actual: str, alike: bool) -> None:
    message = f"B name: expected {expected!a}, got {actual!a} (value)"
    reported = short_message(replace(wrong(), message=message, expected=expected, actual=actual))
    assert reported == (message if alike else "B name: the value differs")


def test_a_message_without_values_beside_it_stays_whole() -> None:
    alone = replace(wrong(), expected=None, actual=None)
    assert short_message(alone) == alone.message
    assert short_message(replace(wrong(), difference=None)) == alone.message


def test_values_that_look_alike_are_distinguished() -> None:
    shown = block(replace(wrong(), message="B name: see", expected="e\u0301", actual="\u00e9"))
    assert '"e\\u0301"' in shown
    assert '"\\xe9"' in shown


def marked(expected: str, actual: str, width: int = 60) -> str:
    here, there = diff_lines(expected, actual, width)
    return text_of([*here, *there])


def test_what_differs_is_marked_whatever_it_is() -> None:
    assert marked("abc 12 xyz", "abc 3 xyz!") == "abc 12 xyz\n    ^^\nabc 3 xyz!\n    ^    ^\n"
    assert marked("日本語 x", "日木語 x") == "日本語 x\n  ^^\n日木語 x\n  ^^\n"
    assert marked("abcdef", "abcdefgh") == "abcdef\nabcdefgh\n      ^^\n"


def test_alien_values_have_no_marks_but_colour() -> None:
    assert marked("false", "true") == "false\ntrue\n"
    assert diff_lines("false", "true", 60) == ([(("false", Style.EXPECTED),)], [(("true", Style.ACTUAL),)])


texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M"), exclude_characters="^"), max_size=90)


@given(st.lists(texts), st.lists(texts), st.integers(10, 40))
def test_no_character_is_lost_and_no_line_too_wide(some: list[str], others: list[str], width: int) -> None:
    expected, actual = " ".join(some), " ".join(others)
    for text, lines in zip((expected, actual), diff_lines(expected, actual, width), strict=True):
        plain = ["".join(part for part, _ in line) for line in lines]
        assert all(width_of(line) <= width for line in plain)
        assert "".join(line for line in plain if "^" not in line) == text


def test_a_hostile_request_stays_text() -> None:
    hostile = ExchangeSummary(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 200, HOSTILE * 3)
    shown = block(replace(wrong(), exchanges=(hostile,)), verbose=True)
    assert all(line.isprintable() and width_of(line) <= 80 for line in shown.splitlines())
