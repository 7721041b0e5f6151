"""The GitLab template, the Docker image and the package itself."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from automation import PREFIX, PROJECT, check_call, option_of, options, read, run_with_samples
from cli_caller import ROOT

GITLAB = ROOT / ".gitlab/qa-sync.yml"
DOCKERFILE = ROOT / ".docker/Dockerfile"


def test_the_gitlab_template_calls_what_is_there() -> None:
    (name, job), *others = read(GITLAB).items()
    assert name.startswith(".")
    assert others == []
    check_call(job["script"][-1])
    variables = [name for name in job["variables"] if name.startswith(PREFIX)]
    assert variables
    assert {option_of(name) for name in variables} <= options("check")
    reports = dict(word.split("=") for word in shlex.split(job["script"][-1]) if re.match(r"\w+=", word))
    assert reports["junit"] == job["artifacts"]["reports"]["junit"]
    assert [reports["html"]] == job["artifacts"]["paths"]


def test_the_gitlab_template_checks_the_samples(tmp_path: Path) -> None:
    (job,) = read(GITLAB).values()
    done = run_with_samples(tmp_path, "\n".join(job["script"]), job["variables"])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "qa-sync.xml").is_file()


def instructions() -> Iterator[list[str]]:
    for line in DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            yield line.split(maxsplit=1)


def test_the_image_is_made_of_what_is_there() -> None:
    found = list(instructions())
    copied = [word for name, words in found if name == "COPY" and "--from" not in words for word in words.split()[:-1]]
    assert copied
    assert all((ROOT / path).exists() for path in copied)
    ignored = (ROOT / ".docker/Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert set(copied) == {line[1:] for line in ignored if line.startswith("!")}
    (extras,) = [words.removeprefix("EXTRAS=") for name, words in found if name == "ARG"]
    assert set(extras.split(",")) <= set(PROJECT["project"]["optional-dependencies"])
    assert ["ENTRYPOINT", '["qa-sync"]'] in found
    assert "qa-sync" in PROJECT["project"]["scripts"]
    assert ["USER", "qa"] in found


def test_the_image_can_be_built_and_runs() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        pytest.skip("no docker daemon is reached, so the image is not built")
    tag = "qa-sync-test-image"
    build = [docker, "build", "--quiet", "--file", str(DOCKERFILE), "--tag", tag, str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    reported = subprocess.run([docker, "run", "--rm", tag, "--version"], capture_output=True, text=True, check=False)
    subprocess.run([docker, "image", "rm", tag], capture_output=True, check=False)
    assert reported.stdout.startswith("qa-sync ")


def test_the_package_says_what_it_is_and_nothing_invented() -> None:
    project = PROJECT["project"]
    versions = {name.rpartition(" ")[2] for name in project["classifiers"] if re.search(r":: 3\.\d+$", name)}
    assert f"{project['requires-python'].removeprefix('>=')}" in versions
    assert "Framework :: Pytest" in project["classifiers"]
    assert "urls" not in project, "hold here that they are the project's own"
