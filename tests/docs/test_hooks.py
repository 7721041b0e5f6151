"""The pre-commit hooks, the project's own and those for users, call what is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from automation import PROJECT, check_call, read, run_with_samples, tracked
from cli_caller import ROOT


def test_every_yaml_file_can_be_read() -> None:
    files = [path for path in tracked("*.yml", "*.yaml") if "cassettes" not in path.parts]
    assert len(files) > 8
    for path in files:
        assert read(path), path


def test_the_hooks_for_users_call_commands_that_are_there() -> None:
    hooks = read(ROOT / ".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in hooks] == ["qa-sync-lint", "qa-sync-check"]
    for hook in hooks:
        assert {"id", "name", "description", "entry", "language", "files"} <= set(hook)
        assert hook["language"] == "python"
        check_call(hook["entry"])


@pytest.mark.parametrize("number", [0, 1])
def test_a_hook_passes_on_the_samples(number: int, tmp_path: Path) -> None:
    hook = read(ROOT / ".pre-commit-hooks.yaml")[number]
    files = [path for path in ("specs/000.txt", "README.rst", "cassettes/000.txt") if re.search(hook["files"], path)]
    assert files == ["specs/000.txt"]
    done = run_with_samples(tmp_path, f"{hook['entry']} {' '.join(files)}", {})
    assert done.returncode == 0, done.stderr


def test_the_projects_own_hooks_call_what_the_extras_install() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    extras = PROJECT["project"]["optional-dependencies"]
    installed = {re.split(r"[<>=\[]", needed)[0] for extra in ("lint", "test") for needed in extras[extra]}
    by_program = {"lint-imports": "import-linter", "qa-sync": "qa-sync"}
    for hook in repository["hooks"]:
        program = shlex.split(hook["entry"])[0]
        assert program.startswith(".venv/bin/")
        name = Path(program).name
        assert by_program.get(name, name) in installed | {PROJECT["project"]["name"]}
