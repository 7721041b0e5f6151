"""What `--help` and `--version` tell, and what is answered to a slip of the finger."""

from __future__ import annotations

import json
import re
from collections import Counter

import click
import pytest
from cli_caller import QaSync

from qa_sync import __version__
from qa_sync.checklist.depth import Depth
from qa_sync.cli.commands.check import check
from qa_sync.cli.main import COMMANDS, qa_sync
from qa_sync.cli.options.option_groups import OTHERS
from qa_sync.running.environment import Keep

OPTIONS = [p for p in check.params if isinstance(p, click.Option)]


def help_of(command: str) -> str:
    found = qa_sync.get_command(click.Context(qa_sync), command)
    assert found
    return found.get_help(click.Context(found, info_name=f"qa-sync {command}", terminal_width=80))


def test_every_option_of_check_is_in_exactly_one_group() -> None:
    titled = Counter(name for names in check.groups.values() for name in names)
    assert titled == Counter(option.name for option in OPTIONS)


def test_the_help_of_check_shows_each_option_once_and_others_only_help() -> None:
    reported = help_of("check")
    shown = re.findall(r"^  (?:(-\w), )?(-{1,2}[\w-]+)", reported, flags=re.MULTILINE)
    assert sorted(long for _, long in shown) == sorted([max(o.opts, key=len) for o in OPTIONS] + ["--help"])
    assert all(f"\n{title}:\n" in reported for title in check.groups)
    assert re.findall(r"^ +(?:-h, )?(.+)$", reported.partition(f"{OTHERS}:\n")[2], flags=re.MULTILINE) == [
        "--help  Show this message and exit."
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_commands_help_has_an_example_that_its_options_know(command: str) -> None:
    reported = help_of(command)
    examples = re.findall(rf"^  (qa-sync {command}\b.*)$", reported, flags=re.MULTILINE)
    assert examples
    for word in re.findall(r" (--?[a-z][\w-]*)", " ".join(examples)):
        assert re.search(rf"^  (-\w, )?{word}\b", reported, flags=re.MULTILINE), word


@pytest.mark.parametrize("command", COMMANDS)
def test_no_help_is_wider_than_a_terminal(command: str) -> None:
    examples = re.compile(r"^  qa-sync ")
    assert [line for line in help_of(command).splitlines() if len(line) > 80 and not examples.match(line)] == []


def test_every_option_has_a_help_text() -> None:
    for command in COMMANDS:
        found = qa_sync.get_command(click.Context(qa_sync), command)
        assert found
        assert [p.name for p in found.params if isinstance(p, click.Option) and not p.help] == []


def test_the_version_names_what_matters(qa_sync: QaSync) -> None:
    ours, python, libraries = qa_sync("--version").out.splitlines()
    assert ours == f"qa-sync {__version__}"
    assert re.fullmatch(r"Python 3\.\d+\.\S+ on \w+", python)
    assert {"click", "httpx", "pytest", "docutils"} <= set(re.findall(r"(\w+) [\d.]+", libraries))


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["chek", "specs/000.txt"], "did you mean 'check'?"),
        (["check", "--sectoin", "Contacts", "specs/000.txt"], "--section"),
        (["check", "--depth", "smok", "specs/000.txt"], "'smoke'"),
        (["check", "--mode", "sandobx", "specs/000.txt"], "did you mean 'sandbox'?"),
        (["check", "--kind", "creat", "specs/000.txt"], "did you mean 'create'?"),
        (["check", "--report", "jnuit", "specs/000.txt"], "did you mean 'junit'?"),
        (["check", "--mode", "sandbox", "--fault", "oneway", "specs/000.txt"], "did you mean 'one-way'?"),
        (["completion", "bsh"], "did you mean 'bash'?"),
        (["lint", "--fail-no", "warning", "specs"], "--fail-on"),
    ],
)
def test_a_slip_is_responded_to_with_the_nearest(qa_sync: QaSync, words: list[str], near: str) -> None:
    got = qa_sync(*words)
    assert (got.code, got.out) == (2, "")
    assert near in got.err


@pytest.mark.parametrize("option", [*(("--depth", d.value) for d in Depth), *(("--keep", k.value) for k in Keep)])
def test_choices_are_typed_as_they_are_documented(qa_sync: QaSync, option: tuple[str, str]) -> None:
    got = qa_sync("check", "specs/000.txt", "--mode", "sandbox", "-q", "-k", "create and Products", *option)
    assert (got.code, got.err) == (0, "")


@pytest.mark.parametrize(("package", "extra"), [("pyarrow.parquet", "audit"), ("pyspark", "spark")])
def test_what_is_not_installed_is_reported_with_what_to_install(
    qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch, package: str, extra: str
) -> None:
    def missing(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)

    monkeypatch.setattr(
        "qa_sync.cli.commands.audit.settings_from", missing
    )  # where the engines are loaded is not the point
    got = qa_sync("audit", "specs/000.txt")
    assert (got.code, got.out) == (2, "")
    assert f"pip install 'qa-sync[{extra}]'" in got.err


class TestEnvironment:
    def test_an_option_is_taken_under_the_name_that_it_has_on_the_command_line(
        self, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        typed = {"K": "create and products", "REPORT": "json", "TIMEOUT": "5", "MODE": "sandbox", "QUIET": "1"}
        for name, value in typed.items():
            monkeypatch.setenv(f"QA_SYNC_CHECK_{name}", value)
        got = qa_sync("check", "specs/000.txt")
        assert got.code == 0
        reported = json.loads(got.out)
        assert reported["mode"] == "sandbox"
        assert reported["totals"]["passed"] == sum(reported["totals"].values()) == 1

    def test_the_command_line_is_stronger(self, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QA_SYNC_SHOW_FORMAT", "json")
        assert qa_sync("show", "specs/000.txt").out.startswith("{")
        assert not qa_sync("show", "specs/000.txt", "--format", "text").out.startswith("{")

    def test_what_is_wrong_there_is_reported(self, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QA_SYNC_CHECK_TIMEOUT", "soon")
        got = qa_sync("check", "specs/000.txt")
        assert (got.code, got.out) == (2, "")
        assert "--timeout" in got.err
        assert "soon" in got.err

    def test_every_option_has_its_own_variable(self) -> None:
        for command in COMMANDS:
            found = qa_sync.get_command(click.Context(qa_sync), command)
            assert found
            names = Counter(v for o in found.params if isinstance(o, click.Option) for v in o.envvar or ())
            assert [name for name, times in names.items() if times > 1] == []
            assert all(name.startswith("QA_SYNC_") for name in names)
