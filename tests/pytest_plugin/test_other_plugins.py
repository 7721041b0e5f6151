"""The plugin beside pytest-rerunfailures and pytest-timeout, and with pytest's own `--sw` and `--lf`.

Where the other plugins are not installed their tests are skipped; `.ci/other-pytest` installs them.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RERUNS = pytest.mark.skipif(not importlib.util.find_spec("pytest_rerunfailures"), reason="needs pytest-rerunfailures")
TIMEOUT = pytest.mark.skipif(not importlib.util.find_spec("pytest_timeout"), reason="needs pytest-timeout")
XDIST = [("-p", "no:xdist"), ("-n", "2"), ("-n", "2", "--dist", "loadgroup"), ("-n", "2", "--dist", "loadfile")]

RUNS = """
import time
from pathlib import Path
from qa_sync.pytest_plugin import spec_run

def changed(checklists, *others, run=spec_run.run):
    with Path("runs.txt").open("a") as file:
        file.writelines(f"{p.section.ordinal}\\n" for c in checklists for p in c.sections)
    if Path("runs.txt").read_text().count("3") <= TIMES:
        HAPPENS
    yield from run(checklists, *others)

spec_run.run = changed
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    shutil.copytree(ROOT / "specs", pytester.path / "specs")
    (pytester.path / "cassettes").symlink_to(ROOT / "cassettes")
    return pytester


def runs(project: pytest.Pytester) -> Counter[str]:
    path = project.path / "runs.txt"
    return Counter(path.read_text(encoding="utf-8").split() if path.exists() else ())


def with_runs(project: pytest.Pytester, happens: str, times: int) -> None:
    project.makeconftest(RUNS.replace("TIMES", str(times)).replace("HAPPENS", happens))


@RERUNS
@pytest.mark.parametrize("more", XDIST)
def test_a_rerun_plays_the_section_again(project: pytest.Pytester, more: tuple[str, ...]) -> None:
    with_runs(project, "raise OSError('not yet')", times=1)
    words = ("--qa-sync", "-k", "Products and create", "specs/000.txt", "--reruns", "2")
    result = project.runpytest_subprocess(*words, *more)
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes()["rerun"] == 1
    assert runs(project) == {"3": 2}


@TIMEOUT
def test_a_section_that_a_time_limit_cuts_off_is_one_error(project: pytest.Pytester) -> None:
    """With workers, one that waits for another's section has a time limit of its own, and an error of its own."""
    with_runs(project, "time.sleep(60)", times=9)
    words = ("--qa-sync", "-k", "Products and (create or unique or property)", "specs/000.txt", "--timeout", "4", "-rs")
    result = project.runpytest_subprocess(*words, "-p", "no:xdist")
    found = result.parseoutcomes()
    assert found["errors"] == 1
    assert found["skipped"] > 10
    assert found.keys() == {"errors", "skipped", "deselected"}
    assert runs(project).total() <= 1
    result.stdout.fnmatch_lines(["*not run: the section was cut off: *Timeout*"])


@pytest.mark.parametrize("more", XDIST[2:])
def test_each_section_runs_once_for_all_workers(project: pytest.Pytester, more: tuple[str, ...]) -> None:
    with_runs(project, "pass", times=0)
    result = project.runpytest_subprocess("--qa-sync", "-k", "not property", "specs/000.txt", *more)
    assert result.ret == pytest.ExitCode.OK
    assert runs(project) == {"1": 1, "2": 1, "3": 1}


ALL_FAIL = """
import pytest
from pathlib import Path

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if Path("fail").exists():
        pytest.fail("as told")
    return result
"""


@pytest.mark.parametrize("more", [XDIST[0], XDIST[2]])
def test_last_failed_runs_every_failed_check_again(project: pytest.Pytester, more: tuple[str, ...]) -> None:
    """Some names have `[tag=...]` and `:` in them, which pytest must not take for its own."""
    project.makeconftest(ALL_FAIL)
    (project.path / "fail").touch()
    words = ("--qa-sync", "-k", "Contacts and property", "specs/000.txt", *more)
    assert project.runpytest_subprocess(*words).parseoutcomes()["failed"] == 20
    (project.path / "fail").unlink()
    again = project.runpytest_subprocess(*words, "--lf")
    assert again.ret == pytest.ExitCode.OK
    assert again.parseoutcomes()["passed"] == 20


def test_stepwise_goes_on_at_the_failed_check(project: pytest.Pytester) -> None:
    project.makeconftest(ALL_FAIL)
    (project.path / "fail").touch()
    words = ("--qa-sync", "-k", "Contacts and property", "specs/000.txt", "-p", "no:xdist", "--sw")
    assert project.runpytest_subprocess(*words).parseoutcomes()["failed"] == 1
    (project.path / "fail").unlink()
    (project.path / "conftest.py").unlink()
    assert project.runpytest_subprocess(*words).parseoutcomes()["passed"] == 20
