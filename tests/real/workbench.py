"""A document checked live: the sandbox on one side, a real system described by a folder on the other."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli_caller import Answer, QaSync, Serve
from msgspec import Struct
from servers import HERE, Real

SYSTEM = """
[systems.{label}]
connector = {connector}
url = {url}
writes = true
secrets = {{ {secrets} }}
"""


class Bench(Struct, frozen=True):
    """Two systems to check a document against: the served sandbox and a real one.

    `secrets` are the real system's, as names of environment variables; `served` is a document whose systems the sandbox
    has (default: the one that is checked).
    """

    qa_sync: QaSync
    serve: Serve
    place: Path
    real: Real
    label: str
    folder: str
    spec: str
    secrets: dict[str, str]
    served: str = ""

    def settings(self, trigger: str, timeout_s: int, other: str) -> Path:
        """Serve the sandbox and write settings for it as `other`, and for the real system as the document calls it."""
        written = self.serve("--no-sync", self.served or self.spec).read_text(encoding="utf-8")
        served = tomllib.loads(written)["systems"][other]
        parts = [
            _system(other, served["connector"], served["url"], served["secrets"]),
            _system(self.label, str(HERE / self.folder), self.real.url, self.secrets),
            f'\n[sync]\ntrigger = "{trigger}"\ntimeout = "{timeout_s}s"\ninterval = "2s"\n',
        ]
        path = self.place / "settings.toml"
        path.write_text("".join(parts), encoding="utf-8")
        return path

    def check(self, settings: Path, *words: str) -> tuple[Answer, dict[str, Any]]:
        """Check the document live; return the response and the results."""
        results = self.place / "results.json"
        report = f"json={results}"
        response = self.qa_sync(
            "check", self.spec, "--mode", "live", "--config", str(settings), "--report", report, *words
        )
        return response, json.loads(results.read_text(encoding="utf-8"))


def checks_of(results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (check for spec in results["specs"] for section in spec["sections"] for check in section["checks"])


def _system(label: str, connector: str, url: str, secrets: dict[str, str]) -> str:
    named = ", ".join(f"{name} = {json.dumps(variable)}" for name, variable in secrets.items())
    return SYSTEM.format(label=json.dumps(label), connector=json.dumps(connector), url=json.dumps(url), secrets=named)
