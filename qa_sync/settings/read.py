"""Reads `qa-sync.toml` into Settings; reports all problems of a file at once, each with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from qa_sync.errors import UsageError, did_you_mean
from qa_sync.files import read_limited
from qa_sync.location import Location
from qa_sync.settings.key_lines import KeyPath, key_lines, line_of_key
from qa_sync.settings.keys import (
    CONDITION,
    ENTITY,
    KEY,
    PAIR,
    POLICIES,
    PROPERTY,
    REQUIRED_BY_TRIGGER,
    SAMPLES,
    SYNC,
    SYSTEM,
    TABLES,
    TOP,
    Key,
)
from qa_sync.settings.model import (
    ConfiguredCondition,
    ConfiguredEntity,
    ConfiguredKey,
    ConfiguredPair,
    ConfiguredProperty,
    Policies,
    Samples,
    Settings,
    SyncSettings,
    SystemSettings,
)
from qa_sync.toml_text import parse_toml

Row = TypeVar("Row")

MAX_SETTINGS_BYTES = 4_000_000
"""Bytes of a settings file: a thousand times the largest we know of."""
MAX_SETTINGS = "QA_SYNC_MAX_SETTINGS"
"""The environment variable with another limit, also for the files of `--baseline` and `--sign-off`."""
MOST_PROBLEMS = 100
"""The most problems that are listed."""
SCALARS = (str, int, float)
KINDS: Mapping[type, str] = {bool: "a boolean", int: "an integer", float: "a number", list: "a list", dict: "a table"}


def load_settings(path: Path | None) -> Settings:
    """Return the settings in a file, or the defaults for None; raises UsageError with every problem."""
    if path is None:
        return Settings()
    text = _text(path)
    try:
        document = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        line = str(error).rpartition("at line ")[2].partition(",")[0]
        location = Location(str(path), int(line) if line.isdecimal() else text.rstrip("\n").count("\n") + 1)
        raise UsageError(f"not TOML: {error}", location=location) from None
    reader = _Reader(path, key_lines(text))
    settings = reader.settings(document)
    problems = sorted(reader.problems, key=lambda p: p.location.line or 0 if p.location else 0)
    if len(problems) > 1:
        more = [f"and {len(problems) - MOST_PROBLEMS} more"] * (len(problems) > MOST_PROBLEMS)
        raise UsageError("\n".join([f"{len(problems)} problems:", *map(str, problems[:MOST_PROBLEMS]), *more]))
    if problems:
        raise problems[0]
    return settings


def _text(path: Path) -> str:
    try:
        return read_limited(path, MAX_SETTINGS_BYTES, MAX_SETTINGS).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}", hint="pass the path of a qa-sync.toml to --config"
        ) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8: {error.reason}") from None


def _quotes_hint(key_path: KeyPath, name: str, value: Any) -> str | None:
    """Return a hint for the name of a system with a dot, which TOML reads as a table in a table."""
    if key_path[:1] != ("systems",) or not isinstance(value, dict):
        return None
    return f'a name with a dot needs quotes: [systems."{key_path[-1]}.{name}"]'


def _kind_of(value: Any) -> str:
    """Return what a value is, without showing it."""
    if isinstance(value, str):
        return "another string (not shown)" if value else "an empty string"
    return f"{KINDS.get(type(value), 'a time')} (not shown)"


def _is_same_url(one: str, other: str) -> bool:
    return one.rstrip("/").casefold() == other.rstrip("/").casefold()


@dataclass(slots=True)
class _Reader:
    path: Path
    places: Mapping[KeyPath, int]
    problems: list[UsageError] = field(default_factory=list)

    def settings(self, document: Mapping[str, Any]) -> Settings:
        top = self._read({k: v for k, v in document.items() if k not in TABLES}, TOP, (), tuple(TABLES))
        systems = {s.label: s for s in self._systems(document.get("systems", {}))}
        self._check_distinct(tuple(systems.values()))
        sync = self._sync(document.get("sync", {}))
        pairs = tuple(self._rows(document, "pairs", PAIR, ConfiguredPair))
        keys = tuple(self._rows(document, "keys", KEY, ConfiguredKey))
        conditions = tuple(self._conditions(document))
        policies = Policies(**self._read(document.get("policies", {}), POLICIES, ("policies",)))
        samples = Samples(**self._read(document.get("samples", {}), SAMPLES, ("samples",)))
        return Settings(
            self.path,
            systems,
            sync,
            pairs,
            keys=keys,
            properties=tuple(self._properties(document)),
            entities=tuple(self._rows(document, "entities", ENTITY, ConfiguredEntity)),
            conditions=conditions,
            policies=policies,
            samples=samples,
            **top,
        )

    def _systems(self, raw: Any) -> Iterator[SystemSettings]:
        if not isinstance(raw, dict):
            self._wrong_value(("systems",), 'tables: [systems."LABEL"]', raw)
            return
        for label, table in raw.items():
            fields = self._read(table, SYSTEM, ("systems", label))
            if "connector" in fields:
                fields["folder"] = self.path.parent / fields["connector"]
            yield SystemSettings(label, self._location(("systems", label)), **fields)

    def _check_distinct(self, systems: Sequence[SystemSettings]) -> None:
        """Report a second label or URL of a production system, which could allow writes to it."""
        for index, one in enumerate(systems):
            for other in systems[:index]:
                if one.label.casefold() == other.label.casefold():
                    message = f"same label as {other.label!r}: labels differ only in case"
                    self._problem(("systems", one.label), message)
                elif one.url and other.url and _is_same_url(one.url, other.url) and one.production != other.production:
                    writable, production = sorted((one, other), key=lambda each: each.production)
                    message = (
                        f"{writable.label!r} has the url of {production.label!r}, which is marked `production = true`"
                    )
                    hint = "mark both as production, or correct one url"
                    self._problem(("systems", writable.label), message, hint)

    def _sync(self, raw: Any) -> SyncSettings:
        sync = SyncSettings(**self._read(raw, SYNC, ("sync",)))
        for key in REQUIRED_BY_TRIGGER.get(sync.trigger, ()):
            if key not in raw:
                self._problem(("sync", "trigger"), f"the trigger {sync.trigger!r} needs {key!r} in [sync]")
        return sync

    def _rows(
        self, document: Mapping[str, Any], name: str, keys: Mapping[str, Key], make: Callable[..., Row]
    ) -> Iterator[Row]:
        for key_path, fields in self._each(document, name, keys):
            if len(fields) == len(keys):
                yield make(location=self._location(key_path), **fields)

    def _conditions(self, document: Mapping[str, Any]) -> Iterator[ConfiguredCondition]:
        for key_path, fields in self._each(document, "conditions", CONDITION):
            if len(fields.keys() & {"equals", "one_of"}) != 1:
                self._problem(key_path, "expected exactly one of 'equals' and 'one_of'")
            elif fields.keys() >= {"section", "property"}:
                values = fields["one_of"] if "one_of" in fields else (fields["equals"],)
                yield ConfiguredCondition(fields["section"], fields["property"], values, self._location(key_path))

    def _properties(self, document: Mapping[str, Any]) -> Iterator[ConfiguredProperty]:
        for key_path, fields in self._each(document, "properties", PROPERTY):
            if fields.keys() <= {"system", "entity", "path"}:
                self._problem(key_path, "says nothing of the property", f"add one of: {', '.join([*PROPERTY][3:])}")
            elif fields.keys() >= {"system", "entity", "path"}:
                yield ConfiguredProperty(location=self._location(key_path), **fields)

    def _each(
        self, document: Mapping[str, Any], name: str, keys: Mapping[str, Key]
    ) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
        """Yield the key path and the fields of each table in a list."""
        raw = document.get(name, [])
        if not isinstance(raw, list):
            self._wrong_value((name,), f"a list of tables: [[{name}]]", raw)
            return
        yield from (((name, index), self._read(table, keys, (name, index))) for index, table in enumerate(raw))

    def _read(
        self, raw: Any, keys: Mapping[str, Key], key_path: KeyPath, also_known: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the fields that a table sets; records a problem for each invalid key or value."""
        if not isinstance(raw, dict):
            self._wrong_value(key_path, "a table", raw)
            return {}
        for name in (name for name in raw if name not in keys):
            near = did_you_mean(name, [*keys, *also_known]) or _quotes_hint(key_path, name, raw[name])
            known = ", ".join([*keys, *also_known])
            self._problem((*key_path, name), f"unknown key {name!r}; expected one of: {known}", near)
        for name, key in keys.items():
            if key.required and name not in raw:
                self._problem(key_path, f"{name!r} is missing; expected {key.kind.expected}")
        known_values = ((keys[name], name, value) for name, value in raw.items() if name in keys)
        return dict(read for key, name, value in known_values for read in self._value(key, (*key_path, name), value))

    def _value(self, key: Key, key_path: KeyPath, value: Any) -> Iterator[tuple[str, Any]]:
        try:
            yield key.field, key.kind.read(value)
        except ValueError:
            self._wrong_value(key_path, key.kind.expected, value, shown=key.kind.shown)

    def _wrong_value(self, key_path: KeyPath, expected: str, got: Any, *, shown: bool = False) -> None:
        """Report a value; one that may be, or may contain, a credential is not shown."""
        name = ".".join(map(str, key_path))
        if key_path[-1] in {"secrets", "token"} or "@" in str(got):
            hint = "export the value in the environment and write the name of the variable here"
            self._problem(key_path, f"{name}: expected {expected}, got something else (not shown)", hint)
            return
        if not shown or not isinstance(got, SCALARS):
            self._problem(key_path, f"{name}: expected {expected}, got {_kind_of(got)}")
            return
        near = did_you_mean(got, expected.partition("one of ")[2].split(", ")) if isinstance(got, str) else None
        self._problem(key_path, f"{name}: expected {expected}, got {got!r}", near)

    def _problem(self, key_path: KeyPath, message: str, hint: str | None = None) -> None:
        self.problems.append(UsageError(message, location=self._location(key_path), hint=hint))

    def _location(self, key_path: KeyPath) -> Location:
        return Location(str(self.path), line_of_key(self.places, key_path))
