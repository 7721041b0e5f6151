"""What the README says is what the program does."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docutils.core

from qa_sync.cli.main import COMMANDS
from qa_sync.modes.table import MODES
from qa_sync.sync.faults.table import FAULTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.rst").read_text(encoding="utf-8")


def commands() -> list[str]:
    return re.findall(r"^   (python3 -m venv .*)$", README, flags=re.MULTILINE)


def test_there_are_two_commands_and_ci_calls_the_second_as_written() -> None:
    check, test = commands()
    assert check.endswith("/qa-sync check specs/000.txt")
    assert test.endswith("/python -m pytest")
    assert test in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_every_fault_mode_and_command_is_told() -> None:
    rows = re.findall(r"^``([a-z-]+)`` +\w", README, flags=re.MULTILINE)
    assert set(FAULTS) <= set(rows)
    assert all(f"``--mode {mode}``" in README for mode in MODES)
    assert all(f"qa-sync {command}" in README for command in COMMANDS)


def test_it_is_sound_markup() -> None:
    told = io.StringIO()
    settings = {"warning_stream": told, "report_level": 1, "syntax_highlight": "none"}
    docutils.core.publish_string(README, writer="html5", settings_overrides=settings)
    assert told.getvalue() == ""


def test_the_specs_are_the_users_byte_for_byte() -> None:
    sizes = {name: (ROOT / "specs" / name).stat().st_size for name in ("000.txt", "003.txt")}
    assert sizes == {"000.txt": 2087, "003.txt": 3444}
