"""What the settings say, as frozen values; no I/O here.

Confidential values are in none of these: only the names of the environment variables that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field

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


class Rate(Struct, frozen=True):
    """At most `count` requests in `seconds`."""

    count: int
    seconds: float


class SystemSettings(Struct, frozen=True):
    """One system of the user's.

    `connector` is a built-in name or a folder, as written (None: by the label); `folder` is where a folder would be;
    `secrets` are names of environment variables by the connector's names, `parameters` values of what it asks for
    beside them, `payloads` templates by `<datatype>-<verb>` of the bodies that it does not show; `production` forbids
    every write, whatever `writes` says; `concurrency` is how many requests may be under way at once.
    """

    label: str
    location: Location
    connector: str | None = None
    folder: Path | None = None
    url: str | None = None
    writes: bool = False
    production: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str | int | bool] = field(default_factory=dict)
    payloads: Mapping[str, Any] = field(default_factory=dict)
    rate: Rate | None = None
    concurrency: int = 8

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing may be written to the system, None when something may."""
        if self.production:
            return f"{self.label} is marked `production = true`, so nothing is written to it"
        if not self.writes:
            return f'{self.label} is read-only: qa-sync.toml does not say `writes = true` in [systems."{self.label}"]'
        return None


class SyncSettings(Struct, frozen=True):
    """How the sync that is under test is moved on.

    `interval_s` is how long one of its cycles takes; `timeout_s` how long an arrival is waited for (None: not said);
    `url`, `method` and `token` (an environment variable's name) belong to `http` and `sesam`, `pipes` to `sesam`,
    `command` is a program with its words; `max_lag_s` is how late an arrival may be before the promise is broken, for
    single sections by heading in `max_lags`.
    """

    trigger: Trigger = Trigger.WAIT
    timeout_s: float | None = None
    interval_s: float = 2.0
    command: tuple[str, ...] = ()
    url: str | None = None
    method: str = "POST"
    token: str | None = None
    pipes: tuple[str, ...] = ()
    max_lag_s: float | None = None
    max_lags: Mapping[str, float] = field(default_factory=dict)

    def max_lag_for(self, heading: str) -> float | None:
        """Return how late an arrival in a section may be at most, None when nothing is promised about time."""
        return next(
            (s for h, s in self.max_lags.items() if _normalized_heading(h) == _normalized_heading(heading)),
            self.max_lag_s,
        )


class ConfiguredPair(Struct, frozen=True):
    """Two properties that carry the same value in the section with that heading, where the document lists none."""

    section: str
    source: str
    target: str
    location: Location


class ConfiguredCondition(Struct, frozen=True):
    """What the condition of the section with that heading means: the source's `property` holds one of `values`."""

    section: str
    property: str
    values: tuple[str | int | bool, ...]
    location: Location


class ConfiguredKey(Struct, frozen=True):
    """Two properties by which an audit knows that two records of the section with that heading are the same."""

    section: str
    source: str
    target: str
    location: Location


class Policies(Struct, frozen=True):
    """What documents do not state. `empty`: an empty value never erases (`keep`) or does (`erase`).

    `deletes`: a deleted record's counterpart is left alone (`kept`), removed as well (`carried`), or nobody asks
    (`unchecked`). `conflict`: of two edits the later one stands (`newest`), or nobody asks (`unchecked`).
    """

    empty: str = "keep"
    deletes: str = "unchecked"
    conflict: str = "newest"


class Settings(Struct, frozen=True):
    """A whole file; without one, nothing is settled and `path` is None. `zone` is the business time zone.

    `literals` are the values behind the names in `Dependant on having wd:Q...`.
    """

    path: Path | None = None
    systems: Mapping[str, SystemSettings] = field(default_factory=dict)
    sync: SyncSettings = field(default_factory=SyncSettings)
    pairs: tuple[ConfiguredPair, ...] = ()
    keys: tuple[ConfiguredKey, ...] = ()
    zone: tzinfo = UTC
    conditions: tuple[ConfiguredCondition, ...] = ()
    literals: Mapping[str, str] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)

    def condition(self, heading: str) -> ConfiguredCondition | None:
        """Return what the condition of the section with that heading means, None when nobody says."""
        return next(
            (c for c in self.conditions if _normalized_heading(c.section) == _normalized_heading(heading)), None
        )

    def system(self, label: str) -> SystemSettings | None:
        """Return what is said of a system, None when nothing is; documents differ in how they write a label's case."""
        if label in self.systems:
            return self.systems[label]
        return next((s for known, s in self.systems.items() if known.casefold() == label.casefold()), None)


def _normalized_heading(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def read_environment(names: Mapping[str, str], environ: Mapping[str, str], whose: str) -> dict[str, str]:
    """Return the values behind environment names; raises UsageError that names every variable that is not set."""
    absent = [name for name in names.values() if not environ.get(name)]
    if absent:
        listed = ", ".join(f"${name}" for name in absent)
        raise UsageError(f"{whose} needs {listed} from the environment", hint=f"export {absent[0]}=...")
    return {key: environ[name] for key, name in names.items()}
