"""The GitHub Action, the workflow that uses it, and the forms of issues."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automation import PREFIX, option_of, options, read, run_with_samples, tracked
from cli_caller import ROOT

ACTION = ROOT / ".github/actions/check/action.yml"
NOT_OPTIONS = {"specs", "python-version", "extras", "working-directory"}
"""Inputs of the action that are no option of `qa-sync check`."""


def check_step() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read(ACTION)["runs"]["steps"][-1]
    return found


def test_every_input_of_the_action_is_an_option_and_gets_there() -> None:
    action, env = read(ACTION), check_step()["env"]
    inputs = set(action["inputs"]) - NOT_OPTIONS
    assert {f"--{name}" for name in inputs} <= options("check")
    handed_on = {name: value for name, value in env.items() if name.startswith(PREFIX)}
    assert {option_of(name) for name in handed_on} == {f"--{name}" for name in inputs}
    for name, value in handed_on.items():
        assert value == f"${{{{ inputs.{option_of(name)[2:]} }}}}"


def test_every_input_of_the_action_is_used_and_described() -> None:
    text, action = ACTION.read_text(encoding="utf-8"), read(ACTION)
    assert action["runs"]["using"] == "composite"
    for name, reported in action["inputs"].items():
        assert text.count(f"inputs.{name} ") == 1
        assert reported["description"].endswith(".")
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    assert used == set(action["inputs"])


def test_no_input_is_put_into_a_script() -> None:
    for step in read(ACTION)["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def run_action(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's last step in a folder with the samples, as a runner would."""
    step = check_step()
    defaults = {name: reported.get("default", "") for name, reported in read(ACTION)["inputs"].items()}
    values = {"runner.temp": str(folder), **{f"inputs.{k}": v for k, v in {**defaults, **inputs}.items()}}
    env = {k: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda m: values[m[1]], v) for k, v in step["env"].items()}
    env = {**env, "GITHUB_STEP_SUMMARY": str(folder / "page.md")}
    return run_with_samples(folder, step["run"], env)


def test_the_action_checks_the_samples_and_writes_the_summary(tmp_path: Path) -> None:
    done = run_action(tmp_path, specs="specs/000.txt specs/003.txt", report="junit=out.xml")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.xml").is_file()
    assert "specs/003.txt" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_the_action_fails_where_there_is_no_recording(tmp_path: Path) -> None:
    done = run_action(tmp_path, specs="specs/000.txt", cassettes="elsewhere")
    assert done.returncode == 3
    assert "recording" in done.stderr


def test_the_workflow_uses_the_action_with_inputs_that_it_has() -> None:
    jobs = read(ROOT / ".github/workflows/ci.yml")["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    (used,) = [step for step in steps if step.get("uses") == "./.github/actions/check"]
    inputs = read(ACTION)["inputs"]
    assert set(used["with"]) <= set(inputs)
    assert {name for name, reported in inputs.items() if reported.get("required")} <= set(used["with"])
    assert ".ci/run" in [step.get("run") for step in steps]


def test_the_forms_of_issues_are_whole() -> None:
    forms = [path for path in tracked(".github/ISSUE_TEMPLATE/*.yml") if path.name != "config.yml"]
    assert len(forms) == 3
    for form in map(read, forms):
        assert form["name"]
        assert form["description"]
        ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
        assert len(ids) == len(set(ids)) > 0
        assert all(field["attributes"].get("label") or field["type"] == "markdown" for field in form["body"])
