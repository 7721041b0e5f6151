"""Any input gives a Dataflow with findings or one SpecError, in time linear in its length."""

from __future__ import annotations

import builtins
import os
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from dataflow_documents import document, render
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st
from work import calls, comes_to_an_end

from qa_sync.dataflow.model import Dataflow
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.errors import SpecError

TOP = "A to B Dataflow\n===============\n\n"
HEADING = "A Order to B Order\n------------------\n"


def survives(text: str) -> Dataflow | None:
    """Parse any text and check that the result is consistent."""
    try:
        flow = read_dataflow(text, "x.rst")
    except SpecError:
        return None
    last = text.count("\n") + text.count("\r") + 1
    lines = [finding.line for finding in flow.findings]
    assert lines == sorted(lines)
    assert all(1 <= line <= last for line in lines)
    assert [section.ordinal for section in flow.sections] == list(range(1, len(flow.sections) + 1))
    return flow


def _drop(random: Random, lines: list[str]) -> None:
    if len(lines) > 1:
        del lines[random.randrange(len(lines))]


def _double(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines))
    lines.insert(at, lines[at])


def _swap(random: Random, lines: list[str]) -> None:
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _cut(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines))
    lines[at:] = [lines[at][: random.randrange(len(lines[at]) + 1)]]


def _indent(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines))
    lines[at] = " " * random.randrange(1, 9) + lines[at]


def _garble(random: Random, lines: list[str]) -> None:
    at = random.randrange(len(lines))
    noise = bytes(random.randrange(256) for _ in range(9)).decode("latin-1")
    lines[at] = lines[at][:5] + noise + lines[at][5:]


def _markup(random: Random, lines: list[str]) -> None:
    snippets = (
        ".. raw:: html",
        ".. _x:",
        "..",
        "::",
        "- x",
        "* y",
        "1. z",
        ":f: v",
        "> q",
        "====",
        "|s|_",
        ">>> 1",
        "`a`_",
    )
    lines.insert(random.randrange(len(lines)), random.choice(snippets))


MUTATIONS: tuple[Callable[[Random, list[str]], None], ...] = (_drop, _double, _swap, _cut, _indent, _garble, _markup)


@settings(max_examples=many(80), deadline=None)
@given(st.integers(0, 2**64), st.integers(1, 6))
def test_a_damaged_spec_is_parsed_or_rejected(seed: int, damages: int) -> None:
    random = Random(seed)  # noqa: S311
    lines = render(document(random, random.choice((1, 2, 3))))[0].split("\n")
    for _ in range(damages):
        random.choice(MUTATIONS)(random, lines)
    survives("\n".join(lines))


@settings(max_examples=many(40), deadline=None)
@given(st.text())
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    survives(text)
    survives(TOP + HEADING + text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(" " * n + "- x\n" for n in range(3000)), id="nested lists"),
        pytest.param("".join(" " * n + "x\n" for n in range(3000)), id="nested definitions"),
        pytest.param("".join("  " * n + ".. note::\n" for n in range(2000)), id="nested directives"),
        pytest.param("".join(f"T\n{c * 4}\n" for c in "=-~^\"'`#*+.:_!$%&(),/;<>?@[\\]{|}"), id="nested headings"),
        pytest.param(".. list-table::\n" + "\n" * 100_000 + "   * - x\n", id="blank lines in a table"),
        pytest.param(".. x\n" * 20_000, id="comments"),
        pytest.param("= =\n" * 20_000, id="simple tables"),
        pytest.param("+--+\n" * 20_000, id="grid tables"),
        pytest.param("====\n" * 20_000, id="punctuation"),
    ],
)
def test_deep_or_many_structures(text: str) -> None:
    flow = survives(TOP + HEADING + text)
    assert flow
    assert any(finding.severity != "info" for finding in flow.findings)


LONG = 1_000_000


@pytest.mark.parametrize(
    "unit",
    [
        "x",
        "=",
        " ",
        "x ",
        " to ",
        "Every x will be synchronized with a ",
        ", it  will be synchronized with a ",
        ".. a:: ",
    ],
)
def test_a_megabyte_on_one_line(unit: str) -> None:
    """In time that grows with the square of its length, one such line would take an hour."""
    line = unit * (LONG // len(unit))
    with comes_to_an_end():
        for text in (
            TOP + line,
            TOP + HEADING + line,
            TOP + line + "\n-----\n",
            f"{TOP}{HEADING}.. list-table::\n\n   * - {line}",
        ):
            survives(text)


def test_a_hundred_times_the_sections_are_a_hundred_times_the_work() -> None:
    section = HEADING + "Every A Order will be synchronized with a B Order.\n\n"

    def work(count: int) -> int:
        text = TOP + section * count
        read_dataflow(TOP, "x.rst")  # what is loaded once is loaded now
        return calls(lambda: read_dataflow(text, "x.rst"))

    assert work(4_000) < 110 * work(40)


@pytest.mark.slow
def test_a_hundred_thousand_sections_are_read() -> None:
    section = HEADING + "Every A Order will be synchronized with a B Order.\n\n"
    with comes_to_an_end():
        flow = survives(TOP + section * 100_000)
    assert flow
    assert len(flow.sections) == 100_000


@pytest.mark.parametrize(
    "markup",
    [
        ".. include:: /etc/hostname",
        ".. include:: secret.txt\n   :literal:",
        ".. raw:: html\n   :file: secret.txt",
        ".. raw:: html\n   :url: http://127.0.0.1:9/x",
        ".. csv-table::\n   :file: secret.txt",
        ".. csv-table::\n   :url: http://127.0.0.1:9/x",
        ".. image:: http://127.0.0.1:9/x.png",
        ".. figure:: secret.png",
        ".. literalinclude:: secret.txt",
        ".. code:: python\n\n   print(1)",
        ".. role:: raw-html(raw)\n   :format: html",
        ".. default-role:: math",
        ".. |x| image:: secret.png",
        ".. math:: x",
        ".. meta::\n   :x: y",
        ".. class:: x",
    ],
)
def test_no_directive_touches_disk_or_network(markup: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the reader touched the world")

    survives(TOP)  # do lazy imports before file access is blocked
    with monkeypatch.context() as patch:
        for owner, name in ((builtins, "open"), (os, "open"), (os, "stat"), (Path, "open"), (socket, "socket")):
            patch.setattr(owner, name, never)
        flow = read_dataflow(f"{TOP}{HEADING}{markup}\n\n:raw-html:`<b>` and `x`\n", "x.rst")
    found = {finding.code for finding in flow.findings if finding.line == 6}
    assert found == {"unknown-markup"}
