"""Every script in findings/ has the form that its README shows. None is run: they need a package index."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from automation import tracked
from cli_caller import ROOT

FINDINGS = [path for path in tracked("findings/*") if path.name != "README.rst"]
HEADER = ("Package", "Expected", "Behavior", "Hurts", "Seen")


def header_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"^# (\w+): (.+)$", text, re.MULTILINE))


def form_faults(name: str, text: str) -> list[str]:
    """Return what a finding lacks of its form (findings/README.rst)."""
    header = header_of(text)
    return [
        *([] if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.sh", name) else [f"its name {name!r}"]),
        *([] if text.startswith("#!/usr/bin/env bash\n") else ["the first line"]),
        *(word for word in HEADER if word not in header),
        *([] if re.search(r"\d+\.\d+", header.get("Package", "")) else ["a pinned version"]),
        *([] if re.search(r"^set -euo pipefail$", text, re.MULTILINE) else ["set -euo pipefail"]),
    ]


def test_the_shown_finding_has_the_form() -> None:
    text = (ROOT / "findings/README.rst").read_text(encoding="utf-8")
    shown = re.sub("^   ", "", text[text.index("   #!/usr") : text.index("\n\nThe rest")], flags=re.MULTILINE)
    assert form_faults("babel-currency-digits-are-not-iso-4217.sh", shown) == []
    lacking = ["its name 'No Name.sh'", "the first line", *HEADER, "a pinned version", "set -euo pipefail"]
    assert form_faults("No Name.sh", "") == lacking


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.name)
def test_a_finding_has_the_form(path: Path) -> None:
    assert form_faults(path.name, path.read_text(encoding="utf-8")) == []
    assert os.access(path, os.X_OK), "it cannot be executed"
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
