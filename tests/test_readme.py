"""What the README says is what the program does."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import click
import docutils.core
import pytest
import yaml
from cli_caller import ROOT, QaSync
from msgspec import Struct
from readme_picture import COMMAND, PICTURE, report

from qa_sync.cli.commands.check import check
from qa_sync.cli.commands.lint import lint
from qa_sync.cli.main import COMMANDS, qa_sync
from qa_sync.modes.table import MODES
from qa_sync.reports.formats.table import FORMATS
from qa_sync.sync.faults.table import FAULTS

README = (ROOT / "README.rst").read_text(encoding="utf-8")

NOT_RUN = {
    r"python3 -m venv ": "the suite is in the middle of it; .ci/run calls the second",
    r"pytest ": ".ci/run calls it, and tests/pytest_plugin does in a project of its own",
    r"qa-sync .*--mode live": "needs live systems; tests/cli/commands/test_live_mode.py serves some",
    r"qa-sync connectors check$": "needs live systems; tests/cli/commands/test_connectors_ping.py serves some",
    r"qa-sync sync ": "needs live systems; tests/cli/commands/test_sync_command.py serves some",
    r"qa-sync audit ": "needs exports or live systems; tests/audit has both",
    r"qa-sync cleanup": "needs the journal of a live run; tests/safety has some",
    r"qa-sync sandbox": "serves until Ctrl-C; tests/cli/commands/test_sandbox_command.py does",
    r"qa-sync completion .* > ": "a shell redirects it; tests/cli/commands/test_completion.py lets bash take it",
    r"qa-sync .*--changed-since": "needs a branch; tests/cli/options/test_changed_since.py makes a repository",
    r"qa-sync lint .* > ": "a shell redirects it; tests/lint looks at SARIF",
    r"qa-sync diff old.json new.json$": "needs the results of two runs; run with one of them elsewhere here",
}
"""The commands that are shown and not run here, and why."""

EXIT_CODES = {
    "qa-sync check specs/000.txt --mode sandbox --fault one-way": 1,
    "qa-sync lint specs/000.txt --format json --fail-on warning": 1,
}


class Shown(Struct, frozen=True):
    """A command of the README, and the lines that it answers there (None: none are shown)."""

    command: str
    answer: str | None = None

    @property
    def runs(self) -> bool:
        return not any(re.match(pattern, self.command) for pattern in NOT_RUN)


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", README, flags=re.MULTILINE)
    return [re.sub("^   ", "", text, flags=re.MULTILINE).strip("\n") for text in found]


def shown() -> Iterator[Shown]:
    for block in blocks("console"):
        if not block.startswith("$ "):
            yield from map(Shown, block.splitlines())
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            yield Shown(command, answer.strip("\n") or None)


ALL = tuple(shown())


@pytest.fixture
def project(tmp_path: Path, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - goes first
    """A copy of what somebody has who cloned the project, as the working folder, on a terminal of 80 columns."""
    for name in ("specs", "cassettes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("QA_SYNC_HISTORY", "1")
    return tmp_path


def pattern(answer: str) -> str:
    """Return the expression for an answer: `...` is any lines, a duration is as long as it was."""
    return "\n".join(map(_line, answer.split("\n")))


def _line(shown: str) -> str:
    if shown == "...":
        return r"(?:.*\n)*?.*"
    return re.sub(r"\\ \d+\\\.\d\d\\ s,", r"\\ \\d+\\.\\d\\d\\ s,", re.escape(shown))


@pytest.mark.usefixtures("project")
def test_each_command_that_can_be_run_here_answers_as_shown(qa_sync: QaSync) -> None:
    ran = [one for one in ALL if one.runs]
    assert len(ran) > 20
    for one in ran:
        program, *words = shlex.split(one.command)
        assert program == "qa-sync", one.command
        got = qa_sync(*words)
        assert got.code == EXIT_CODES.get(one.command, 0), (one.command, got.err)
        if one.answer is not None:
            assert re.fullmatch(pattern(one.answer), got.out.strip("\n")), (one.command, got.out[:2000])


def test_each_reason_not_to_run_a_command_is_needed() -> None:
    for reason in NOT_RUN:
        assert any(re.match(reason, one.command) for one in ALL), reason


def command_of(words: list[str]) -> click.Command | None:
    """Return the command that words call, that of a group's own where they name one."""
    found: click.Command = qa_sync
    for word in words:
        if not isinstance(found, click.Group) or word.startswith("-"):
            break
        inner = found.get_command(click.Context(found), word)
        assert inner, words
        found = inner
    return found


def in_yaml() -> Iterator[str]:
    for block in blocks("yaml"):
        assert yaml.safe_load(block)
        yield from re.findall(r"(qa-sync .*)$", block, flags=re.MULTILINE)


def test_every_option_that_a_command_is_shown_with_exists() -> None:
    commands = [*in_yaml(), *(one.command for one in ALL), COMMAND]
    for command in commands:
        for program, *words in (shlex.split(c) for c in re.findall(r"qa-sync [^>]+", command)):
            found = command_of(words)
            assert found, program
            known = {name for p in found.get_params(click.Context(found)) for name in p.opts + p.secondary_opts}
            assert {w.partition("=")[0] for w in words if w.startswith("-")} <= known | {"-h"}, command


def every_option() -> set[str]:
    found: list[click.Command] = [qa_sync]
    names = set()
    while found:
        command = found.pop()
        names |= {name for p in command.get_params(click.Context(command)) for name in p.opts + p.secondary_opts}
        if isinstance(command, click.Group):
            context = click.Context(command)
            found += [c for n in command.list_commands(context) if (c := command.get_command(context, n))]
    return names


def test_every_option_that_is_told_of_exists() -> None:
    told = set(re.findall(r"``(--?[a-z][\w-]*)", README))
    of_pytest = {"--lf", "--junitxml", "-n"} | {name for name in told if name.startswith("--qa-sync")}
    assert told - of_pytest <= every_option()
    hooks = (ROOT / "qa_sync/pytest_plugin/hooks.py").read_text(encoding="utf-8")
    assert {name for name in told if name.startswith("--qa-sync")} == set(re.findall(r'"(--qa-sync[\w-]*)"', hooks))


def test_every_option_of_check_is_told_of() -> None:
    texts = " ".join(re.findall(r"``([^`]+)``", README) + [one.command for one in ALL] + list(in_yaml()))
    words = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", texts))
    options = [p for p in check.params if isinstance(p, click.Option)]
    assert [option.opts for option in options if not words.intersection(option.opts + option.secondary_opts)] == []


def test_there_are_two_commands_and_ci_calls_the_second_as_written() -> None:
    one, test = re.findall(r"^   (python3 -m venv .*)$", README, flags=re.MULTILINE)
    assert one.endswith("/qa-sync check specs/000.txt")
    assert test.endswith("/python -m pytest")
    assert test in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_every_fault_mode_format_and_command_is_told() -> None:
    rows = set(re.findall(r"^``([a-z-]+)`` +\w", README, flags=re.MULTILINE))
    assert {*FAULTS, *FORMATS} <= rows
    assert all(f"``--mode {mode}``" in README for mode in MODES)
    called = {words[1] for words in (one.command.split() for one in ALL) if words[0] == "qa-sync"}
    assert set(COMMANDS) <= called
    assert lint.name in called


def test_the_picture_is_of_that_run() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    assert f".. image:: {PICTURE.relative_to(ROOT).as_posix()}\n" in README
    assert not re.search(r"url\((?!#)|href=|@import", picture), "nothing is fetched to show it"
    text = "".join(unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))).split())
    for line in re.sub(r"\x1b\[[\d;]*m", "", report()).splitlines():
        for word in line.split():
            assert word in text or re.fullmatch(r"\d+\.\d\d", word), line


def test_it_is_sound_markup() -> None:
    told = io.StringIO()
    settings = {"warning_stream": told, "report_level": 1, "syntax_highlight": "none", "raw_enabled": False}
    docutils.core.publish_string(README, writer="html5", settings_overrides=settings)
    assert told.getvalue() == ""


def test_each_place_that_it_names_is_there() -> None:
    for place in re.findall(r"``((?:specs|tests|qa_sync|cassettes|\.ci)/[\w/.-]*)``", README):
        assert (ROOT / place).exists(), place


def test_the_specs_are_the_users_byte_for_byte() -> None:
    sizes = {name: (ROOT / "specs" / name).stat().st_size for name in ("000.txt", "003.txt")}
    assert sizes == {"000.txt": 2087, "003.txt": 3444}
