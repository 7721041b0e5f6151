"""What the settings say, as frozen values; no I/O here.

Confidential values are in none of these: only the names of the environment variables that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import StrEnum
from pathlib import Path

from qa_sync.errors import UsageError
from qa_sync.location import Location

FILE_NAME = "qa-sync.toml"


class Trigger(StrEnum):
    """What moves the sync on, one word each."""

    WAIT = "wait"
    BUILTIN = "builtin"
    HTTP = "http"
    COMMAND = "command"
    SESAM = "sesam"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests in `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """One system of the user's.

    `connector` is a built-in name or a folder, as written (None: by the label); `folder` is where a folder would be;
    `secrets` are names of environment variables by the connector's names; `production` forbids every write, whatever
    `writes` says.
    """

    label: str
    location: Location
    connector: str | None = None
    folder: Path | None = None
    url: str | None = None
    writes: bool = False
    production: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)
    rate: Rate | None = None

    @property
    def closed(self) -> str | None:
        """Why nothing may be written to the system, None when something may."""
        if self.production:
            return f"{self.label} is marked `production = true`, so nothing is written to it"
        if not self.writes:
            return f'{self.label} is read-only: qa-sync.toml does not say `writes = true` in [systems."{self.label}"]'
        return None


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How the sync that is under test is moved on.

    `interval_s` is how long one of its cycles takes; `timeout_s` how long an arrival is waited for (None: not said);
    `url`, `method` and `token` (an environment variable's name) belong to `http` and `sesam`, `pipes` to `sesam`,
    `command` is a program with its words.
    """

    trigger: Trigger = Trigger.WAIT
    timeout_s: float | None = None
    interval_s: float = 2.0
    command: tuple[str, ...] = ()
    url: str | None = None
    method: str = "POST"
    token: str | None = None
    pipes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledPair:
    """Two properties that carry the same value in the section with that heading, where the document lists none."""

    section: str
    source: str
    target: str
    location: Location


@dataclass(frozen=True, slots=True)
class SettledKey:
    """Two properties by which an audit knows that two records of the section with that heading are the same."""

    section: str
    source: str
    target: str
    location: Location


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole file; without one, nothing is settled and `path` is None. `zone` is the business time zone."""

    path: Path | None = None
    systems: Mapping[str, SystemSettings] = field(default_factory=dict)
    sync: SyncSettings = field(default_factory=SyncSettings)
    pairs: tuple[SettledPair, ...] = ()
    keys: tuple[SettledKey, ...] = ()
    zone: tzinfo = UTC

    def system(self, label: str) -> SystemSettings | None:
        """Return what is said of a system, None when nothing is; documents differ in how they write a label's case."""
        if label in self.systems:
            return self.systems[label]
        return next((s for known, s in self.systems.items() if known.casefold() == label.casefold()), None)


def values_of(names: Mapping[str, str], environ: Mapping[str, str], whose: str) -> dict[str, str]:
    """Return the values behind environment names; raises UsageError that names every variable that is not set."""
    absent = [name for name in names.values() if not environ.get(name)]
    if absent:
        listed = ", ".join(f"${name}" for name in absent)
        raise UsageError(f"{whose} needs {listed} from the environment", hint=f"export {absent[0]}=...")
    return {key: environ[name] for key, name in names.items()}
