"""What the tests of hooks, actions and templates have in common: their files, and how a call of qa-sync is checked."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
import yaml
from cli_caller import ROOT

from qa_sync.cli.main import qa_sync

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROGRAM = Path(sys.executable).parent / "qa-sync"
PREFIX = "QA_SYNC_CHECK_"


def tracked(*patterns: str) -> list[Path]:
    """Return the project's files that match; a file that is not yet committed counts."""
    found = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    return [ROOT / name for name in subprocess.check_output(found, cwd=ROOT, text=True).splitlines()]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def command(name: str) -> click.Command:
    found = qa_sync.get_command(click.Context(qa_sync), name)
    assert found, f"there is no command {name!r}"
    return found


def options(name: str) -> set[str]:
    return {word for p in command(name).params if isinstance(p, click.Option) for word in (*p.opts, *p.secondary_opts)}


def option_of(variable: str) -> str:
    """Return the option that an environment variable stands for."""
    return f"--{variable.removeprefix(PREFIX).lower().replace('_', '-')}"


def check_call(line: str) -> None:
    """Hold that a call of qa-sync names a command, and options that it has."""
    program, name, *others = shlex.split(line)
    assert Path(program).name == "qa-sync"
    given = {word.partition("=")[0] for word in others if word.startswith("-") and word != "--"}
    assert given <= options(name), (name, given)


def run_with_samples(folder: Path, script: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder with the two specs and their recordings, as a CI job would."""
    for name in ("specs", "cassettes"):
        shutil.copytree(ROOT / name, folder / name)
    surroundings = {"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(folder), "CI": "true"}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**surroundings, **env},
        capture_output=True,
        text=True,
        check=False,
    )
