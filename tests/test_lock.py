"""The lock file holds a version with hashes for all that pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def test_the_lock_fits_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [
        Requirement(line) for line in [*project["dependencies"], *(extras["test"] + extras["lint"] + extras["docs"])]
    ]
    text = (ROOT / ".ci/requirements.lock").read_text(encoding="utf-8")
    locked: dict[str, list[str]] = {}
    for name, version, hashes in re.findall(
        r"^([\w.-]+)==(\S+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", text, re.MULTILINE
    ):
        assert hashes
        locked.setdefault(canonicalize_name(name), []).append(version)
    assert text.count("==") >= len(locked)
    assert len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) == sum(map(len, locked.values()))
    for requirement in asked:
        versions = locked[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement
    assert "://" not in text
