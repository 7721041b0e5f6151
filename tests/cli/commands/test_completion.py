"""The completion scripts are ones that their shells accept, and what they ask the program is answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.cli.commands.completion import SHELLS
from qa_sync.cli.main import COMMANDS
from qa_sync.modes.table import MODES
from qa_sync.reports.formats.table import FORMATS

START = "import sys; sys.argv[0] = 'qa-sync'; from qa_sync.cli.main import main; main()"
"""What the installed `qa-sync` is."""


def answered(*words: str) -> list[str]:
    """Ask as bash does; the last word is the one that is typed."""
    environ = {"_QA_SYNC_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ | environ)
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_valid(qa_sync: QaSync, tmp_path: Path, shell: str) -> None:
    got = qa_sync("completion", shell)
    assert (got.code, got.err) == (0, "")
    assert "_QA_SYNC_COMPLETE" in got.out
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed, so it cannot be asked whether it accepts the script")
    script = tmp_path / "script"
    script.write_text(got.out, encoding="utf-8")
    done = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_bash_takes_the_script_and_completes_with_it(qa_sync: QaSync, tmp_path: Path) -> None:
    program = tmp_path / "qa-sync"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{START}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = tmp_path / "script"
    script.write_text(qa_sync("completion", "bash").out, encoding="utf-8")
    lines = f'source "{script}"; COMP_WORDS=(qa-sync ch); COMP_CWORD=1; COMP_LINE="qa-sync ch"; '
    lines += '_qa_sync_completion qa-sync; echo "${COMPREPLY[@]}"'
    environ = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout.split() == ["check"]


def test_commands() -> None:
    assert answered("qa-sync", "ch") == ["check"]
    assert answered("qa-sync", "") == list(COMMANDS)


def test_options_and_their_values() -> None:
    assert answered("qa-sync", "check", "--ma") == ["--max-age", "--max-lag"]
    assert answered("qa-sync", "check", "--mode", "") == list(MODES)
    assert answered("qa-sync", "check", "--report", "j") == [name for name in FORMATS if name.startswith("j")]
    assert answered("qa-sync", "check", "--fault", "one-w") == ["one-way"]
    assert answered("qa-sync", "check", "--depth", "s") == ["smoke", "standard"]


def test_documents_are_left_to_the_shell() -> None:
    assert answered("qa-sync", "check", "specs/0") == ["specs/0"]


def test_an_unknown_shell_is_responded_to_with_those_known(qa_sync: QaSync) -> None:
    got = qa_sync("completion", "tcsh")
    assert got.code == 2
    assert all(shell in got.err for shell in SHELLS)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "specs/000.txt", "--section", ""),
        ("check", "--mode", "sandbox", "specs/000.txt", "-q", "--section", ""),
        ("sync", "specs/000.txt", "--section", ""),
        ("audit", "specs/000.txt", "--section", ""),
    ],
)
def test_the_sections_of_the_specs_are_offered(words: tuple[str, ...]) -> None:
    assert [key.partition("-")[0] for key in answered("qa-sync", *words)] == ["1", "2", "3"]


def test_the_kinds_of_check_are_offered() -> None:
    assert answered("qa-sync", "check", "specs/000.txt", "--kind", "update") == ["update-forward", "update-backward"]
