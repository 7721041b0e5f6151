"""The settings as frozen values; no I/O.

Settings never contain secrets, only the names of the environment variables that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from qa_sync.errors import UsageError
from qa_sync.files import is_utf8
from qa_sync.location import Location

FILE_NAME = "qa-sync.toml"

MAIL_DOMAIN = "example.org"
"""A domain that is reserved (RFC 2606) and has no mailboxes. Validators refuse those below `.test`, reserved too."""


class Trigger(StrEnum):
    """The ways to trigger the sync under test."""

    WAIT = "wait"
    BUILTIN = "builtin"
    HTTP = "http"
    COMMAND = "command"
    SESAM = "sesam"


class Rate(Struct, frozen=True):
    """A rate limit: at most `count` requests in `seconds` seconds."""

    count: int
    seconds: float


class SystemSettings(Struct, frozen=True):
    """The settings of one system.

    `connector` is a built-in name or a folder, as written (None: found by the label); `folder` is the path when it is a
    folder. `secrets` maps the connector's names to names of environment variables; `parameters` are its other values;
    `payloads` are templates, by `<datatype>-<verb>`, for request bodies that the connector does not define.
    `production` forbids every write and overrides `writes`; `concurrency` is the largest number of parallel requests.
    `max_bytes`, `max_seconds`, `max_depth`, `max_headers` and `max_values` limit each response (None: the default).
    `redirects` are the hosts to which reads may be redirected.
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
    max_bytes: int | None = None
    max_seconds: float | None = None
    max_depth: int | None = None
    max_headers: int | None = None
    max_values: int | None = None
    redirects: tuple[str, ...] = ()

    @property
    def read_only_reason(self) -> str | None:
        """The reason why writes are forbidden, or None when they are allowed."""
        if self.production:
            return f"{self.label} is marked `production = true`, so it is read-only"
        if not self.writes:
            return f'{self.label} is read-only: qa-sync.toml does not set `writes = true` in [systems."{self.label}"]'
        return None


class SyncSettings(Struct, frozen=True):
    """How to trigger the sync under test, and how fast it must be.

    `interval_s` is the duration of one sync cycle in seconds; `timeout_s` is how long to wait for a change (None: the
    default). `url`, `method` and `token` (the name of an environment variable) are for `http` and `sesam`, `pipes` for
    `sesam`; `command` is a program with its arguments. `max_lag_s` is the maximum sync latency in seconds (None: no
    limit); `max_lags` sets it per section, by heading.
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
        """Return the maximum sync latency of a section in seconds, or None without a limit."""
        return next(
            (s for h, s in self.max_lags.items() if normalized_heading(h) == normalized_heading(heading)),
            self.max_lag_s,
        )


class ConfiguredPair(Struct, frozen=True):
    """Two properties that hold the same value, for a section in which the spec lists no pairs."""

    section: str
    source: str
    target: str
    location: Location


class ConfiguredCondition(Struct, frozen=True):
    """The meaning of a section's condition: the source's `property` has one of `values`."""

    section: str
    property: str
    values: tuple[str | int | bool, ...]
    location: Location


class ConfiguredEntity(Struct, frozen=True):
    """The datatype of a connector that specs call `name`."""

    system: str
    name: str
    datatype: str
    location: Location


class ConfiguredProperty(Struct, frozen=True):
    """What a user knows of a property of a system's entity (None: not said); keys as in an entity card."""

    system: str
    entity: str
    path: str
    location: Location
    type: str | None = None
    concept: str | None = None
    convert: str | None = None
    unique: bool | None = None
    required: bool | None = None
    max_length: int | None = None

    @property
    def says_form(self) -> bool:
        """Whether it says how a value looks."""
        return not (self.type is None and self.concept is None and self.convert is None)


class ConfiguredKey(Struct, frozen=True):
    """Two properties by which an audit matches the records of a section."""

    section: str
    source: str
    target: str
    location: Location


class Policies(Struct, frozen=True):
    """Rules that specs do not state. `empty`: an empty value does not clear the other side (`keep`) or does (`erase`).

    `deletes`: the counterpart of a deleted record stays (`kept`), is deleted too (`carried`), or is not checked
    (`unchecked`). `conflict`: the later of two edits wins (`newest`), or conflicts are not checked (`unchecked`).
    """

    empty: str = "keep"
    deletes: str = "unchecked"
    conflict: str = "newest"


class Samples(Struct, frozen=True):
    """How samples are made: `mail_domain` is the domain of all e-mail addresses, in lower case."""

    mail_domain: str = MAIL_DOMAIN


class Settings(Struct, frozen=True):
    """The content of a settings file; without a file, all values are defaults and `path` is None.

    `zone` is the business time zone; `literals` are the values for the names in `Dependant on having wd:Q...`.
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
    entities: tuple[ConfiguredEntity, ...] = ()
    properties: tuple[ConfiguredProperty, ...] = ()
    samples: Samples = field(default_factory=Samples)

    def condition(self, heading: str) -> ConfiguredCondition | None:
        """Return the configured condition of the section with the heading, or None."""
        return next((c for c in self.conditions if normalized_heading(c.section) == normalized_heading(heading)), None)

    def system(self, label: str) -> SystemSettings | None:
        """Return the settings of a system, or None; specs differ in the case and the spaces of its label."""
        for spelled in (str, str.casefold, plain_label):
            if found := next((s for known, s in self.systems.items() if spelled(known) == spelled(label)), None):
                return found
        return None


def plain_label(label: str) -> str:
    """Return the label of a system without case, spaces, hyphens and underscores: `Hub Spot` is `hubspot`."""
    return "".join(label.split()).replace("-", "").replace("_", "").casefold()


def normalized_heading(heading: str) -> str:
    """Return a heading with single blanks and in lower case, to compare it with others."""
    return " ".join(heading.split()).casefold()


def read_environment(names: Mapping[str, str], environ: Mapping[str, str], whose: str) -> dict[str, str]:
    """Return the values of environment variables; raises UsageError with the names of all that cannot be used."""
    missing = [name for name in names.values() if not environ.get(name)]
    if missing:
        listed = ", ".join(f"${name}" for name in missing)
        raise UsageError(
            f"{whose} needs {listed} from the environment", hint=f"export {' '.join(f'{name}=...' for name in missing)}"
        )
    if unreadable := [name for name in names.values() if not is_utf8(environ[name])]:
        raise UsageError(f"{whose}: {', '.join(f'${name}' for name in unreadable)}: the value is not UTF-8 text")
    return {key: environ[name] for key, name in names.items()}
