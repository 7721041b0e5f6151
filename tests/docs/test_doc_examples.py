"""What the README and the documentation show is what the program does: every example is run or checked.

The commands of some pages are slow; `.ci/run` runs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_caller import ROOT
from doc_examples import check
from doc_options import calls, every_option, options_of_pytest, unknown_options
from doc_pages import Example, Page, pages
from doc_shell import Command, Shell, commands_of, pattern

OF_OTHERS = {"--lf", "--junitxml", "-n", "-h", "--help"}
"""Options of pytest and click that pages name."""
PAGES = pages()
WITH_EXAMPLES = [page for page in PAGES if page.examples]
SLOW = {
    f"docs/{name}.rst"
    for name in (
        "guides/audit",
        "guides/ci",
        "guides/connect-a-system",
        "guides/known-failures",
        "guides/recordings",
        "guides/reports",
        "guides/safe-runs",
        "guides/troubleshooting",
        "tutorial/failing-check",
        "tutorial/own-pair",
    )
}
"""Pages whose commands take long; the default run only checks what they show beside the commands."""


def quick_or_slow() -> list[Any]:
    return [
        pytest.param(page, id=page.path, marks=pytest.mark.slow if page.path in SLOW else []) for page in WITH_EXAMPLES
    ]


@pytest.fixture
def shell(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shell]:
    page: Page = request.getfixturevalue("page")
    shell = Shell.start(tmp_path / "work", tmp_path / "state", page.ports)
    yield shell
    shell.stop()


@pytest.mark.parametrize("page", quick_or_slow())
def test_the_examples_of_a_page_hold_in_their_order(page: Page, shell: Shell, tmp_path: Path) -> None:
    for example in page.examples:
        if example.skipped:
            continue
        for command in example.befores:
            code, printed = shell.run(shell.here(command))
            assert code == 0, (example.where, command, printed)
        text = shell.here(example.text)
        if example.language == "console":
            run_console(example, text, shell)
            continue
        if example.file:
            save(shell.folder / example.file, text)
        scratch = tmp_path / f"line{example.line}"
        scratch.mkdir()
        check(example, text, scratch)
    check_connectors(page, shell)


def test_the_slow_pages_exist() -> None:
    assert {page.path for page in WITH_EXAMPLES} >= SLOW


@pytest.mark.parametrize("page", [page for page in WITH_EXAMPLES if page.path in SLOW], ids=lambda page: page.path)
def test_the_files_that_a_slow_page_shows_are_valid(page: Page, tmp_path: Path) -> None:
    for example in page.examples:
        if not example.skipped and example.language != "console":
            check(example, example.text, tmp_path)


def run_console(example: Example, text: str, shell: Shell) -> None:
    commands = commands_of(text)
    assert commands, example.where
    if "runs until the page ends" in example.marks:
        serve(example, commands, shell)
        return
    expected = [0] * len(commands)
    expected[-1] = int(example.marks.get("exit code", 0))
    for at, command in enumerate(commands):
        code, printed = shell.run(command.text)
        compare(example, command, printed)
        shown_next = at + 1 < len(commands) and commands[at + 1].text == "echo $?"
        assert shown_next or code == expected[at], (example.where, command.text, code, printed)


def serve(example: Example, commands: list[Command], shell: Shell) -> None:
    (command,) = commands
    shown = (command.output or "").splitlines()
    compare(example, command, shell.serve(command.text, len(shown)))


def compare(example: Example, command: Command, printed: str) -> None:
    if command.output is not None:
        same = re.fullmatch(pattern(command.output), printed)
        assert same, f"{example.where}: {command.text}\n--- shown\n{command.output}\n--- printed\n{printed}"


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def check_connectors(page: Page, shell: Shell) -> None:
    """Check every connector folder that a page's files make."""
    manifests = (shell.folder / one.file for one in page.examples if one.file and one.file.endswith("manifest.json"))
    for manifest in manifests:
        code, printed = shell.run(f"qa-sync connectors check {manifest.parent}")
        assert code == 0, printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_option_that_a_page_shows_exists(page: Page) -> None:
    for words in calls(page):
        assert unknown_options(words) == set(), (page.path, words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_example_that_is_not_run_says_why(page: Page) -> None:
    assert [example.where for example in page.examples if example.skipped and not example.marks["not run"]] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_option_that_a_page_names_exists(page: Page) -> None:
    named = set(re.findall(r"``(--?[a-z][\w-]*)(?:[= ][^`]*)?``", page.text))
    assert named - every_option() - options_of_pytest() - OF_OTHERS == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_each_place_that_a_page_names_is_there(page: Page) -> None:
    for place in re.findall(r"``((?:specs|tests|qa_sync|cassettes|docs|\.ci)/[\w/.-]*)``", page.text):
        assert (ROOT / place).exists(), place
