"""What makes an example that is not a command valid: a spec passes lint, settings are read, a connector is checked."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml
from doc_pages import Example
from msgspec import Struct

from qa_sync.dataflow.model import Severity
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.reports.history.baseline import read_baseline
from qa_sync.settings.keys import TABLES, TOP
from qa_sync.settings.read import load_settings
from qa_sync.settings.sign_off import load_sign_offs
from qa_sync.systems.connectors.entities_toml import SHARED, read_cards

TITLE = "Wix.com to Customerp Dataflow\n=============================\n\n"
HEADING = "Wix.com Contacts to Customerp Contact\n-------------------------------------\n\n"
UNDERLINE = re.compile(r"^[^\w\s]{4,}$", re.MULTILINE)
SIMPLE_TABLE = re.compile(r"^=+( +=+)+$")


class Given(Struct, frozen=True):
    """An example to check: its text, the TOML table that it is the inside of, and a folder for files."""

    text: str
    under: str
    folder: Path


def check(example: Example, text: str, folder: Path) -> None:
    """Check an example by its language; raises what the reader of that format raises, or AssertionError."""
    assert example.language in VALIDATORS, f"{example.where}: no test knows the language {example.language!r}"
    VALIDATORS[example.language](Given(text, example.marks.get("under", ""), folder))


def _unchecked(given: Given) -> None:
    """Accept text that no program reads."""


def _spec(given: Given) -> None:
    """Check a whole spec, or sentences and tables of one."""
    findings = read_dataflow(whole_spec(given.text), "example").findings
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []


def whole_spec(text: str) -> str:
    """Return a spec; what has no title or no section heading gets that of a sample."""
    if " Dataflow\n" in text:
        return text
    underlines = [line for line in UNDERLINE.findall(text) if not SIMPLE_TABLE.match(line)]
    return f"{TITLE}{text}" if underlines else f"{TITLE}{HEADING}{text}"


def _toml(given: Given) -> None:
    text = f"{given.under}\n{given.text}"
    document = tomllib.loads(text)
    path = given.folder / "example.toml"
    path.write_text(text, encoding="utf-8")
    keys = document.keys()
    if keys & {*TABLES, *TOP}:
        load_settings(path)
    elif "known" in keys:
        read_baseline(path)
    elif "sign_off" in keys:
        load_sign_offs(path)
    elif not keys <= {"tool", "project", "build-system"}:
        assert all(isinstance(card, dict) for card in document.values()), "of which table? say `.. under: [TABLE]`"
        path.write_text(whole_cards(text, document), encoding="utf-8")
        read_cards(path, "Example", {name: {} for name in document})


def whole_cards(text: str, document: Mapping[str, Mapping[str, object]]) -> str:
    """Return entity cards; a part of one gets what every card must have."""
    required = {"names": '["Name"]', "key": '"id"', "properties": "{}"}
    for name, card in document.items():
        missing = "".join(f"{key} = {value}\n" for key, value in required.items() if key not in card)
        header = f"[{name}]\n"
        if name != SHARED and header in text:
            text = text.replace(header, header + missing)
        elif name != SHARED:
            text = f"{header}{missing}\n{text}"
    return text


def _json(given: Given) -> None:
    """Check a whole JSON value, or members of an object."""
    try:
        json.loads(given.text)
    except ValueError:
        json.loads(f"{{{given.text}}}")


def _yaml(given: Given) -> None:
    assert yaml.safe_load(given.text)


def _python(given: Given) -> None:
    ast.parse(given.text)


def _bash(given: Given) -> None:
    done = subprocess.run(["bash", "-n"], input=given.text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


VALIDATORS: Mapping[str, Callable[[Given], None]] = {
    "rst": _spec,
    "txt": _spec,
    "toml": _toml,
    "json": _json,
    "yaml": _yaml,
    "python": _python,
    "py": _python,
    "bash": _bash,
    "sh": _bash,
    "text": _unchecked,
    "docker": _unchecked,
}
"""How an example of each language is checked."""
