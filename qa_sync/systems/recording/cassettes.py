"""A section's recording as a file: a vcrpy cassette, read whole or not at all, written whole or not at all.

The format is vcrpy's, so that any vcrpy reads the files, and vcrpy writes them (`qa_sync.systems.recording.recorder`).
They are
read without it (`qa_sync.systems.recording.yaml_reader`), because a replay must be quick and importing vcrpy takes
longer than
replaying a document. Beside the interactions the metadata hold a label. Source: DESIGN 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn

import yaml

from qa_sync.errors import RecordingError
from qa_sync.frozen import dataclass
from qa_sync.systems.recording.yaml_reader import UnsupportedYaml, read_plain_yaml
from qa_sync.values.form import Json

FORMAT: Final = 1
KEY: Final = "qa_sync"
"""Where our part of a cassette's metadata stands."""

MAX_CASSETTE_BYTES: Final = 256 * 1024 * 1024
"""Bytes of a cassette: a hundred times the largest that we know of, and still less than a machine's memory."""


@dataclass(frozen=True, slots=True)
class CassetteLabel:
    """What a recording was made with: the samples' seed, when it began (UTC), and what it depends on.

    `connectors` are fingerprints by the connector's name, `spec` is the fingerprint of the section's text, `urls` are
    the systems' base URLs by the connector's name (of live systems: by their labels, two of which may be one product).
    Only recordings of live systems have `since`, from when counterparts were looked for (None: `started`), and `times`,
    what the clock showed each time that it was looked at, in seconds after `started`. `cycles_known` says that a cycle
    of the sync had been completed each time that it was given a chance to work.
    """

    seed: str
    started: datetime
    connectors: Mapping[str, str]
    spec: str
    urls: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    times: tuple[float, ...] = ()
    cycles_known: bool = True


@dataclass(frozen=True, slots=True)
class RecordedInteraction:
    """A recorded request and its answer; bodies are bytes, `headers` one list of values a name."""

    method: str
    url: str
    body: bytes
    status: int
    headers: Mapping[str, list[str]]
    content: bytes


@dataclass(frozen=True, slots=True)
class CassetteFile:
    """Where one cassette lies; `record_command` is the command that records it."""

    path: Path
    record_command: str

    def load(self) -> tuple[CassetteLabel, list[RecordedInteraction]]:
        """Return the cassette's label and its interactions in their order.

        Raises RecordingError, each with its own message, for a file that is missing, empty, not text, not YAML, or
        no recording of ours.
        """
        raw = self._parsed(self._text())
        try:
            interactions = [_interaction(one) for one in raw["interactions"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.raise_unusable(f"it has not the shape of a cassette ({type(error).__name__}: {_first_line(error)})")
        try:
            return _read_label(raw["metadata"][KEY]), interactions
        except (KeyError, TypeError, ValueError, AttributeError):
            self.raise_unusable(f"its metadata hold no {KEY!r} of format {FORMAT}")

    def _text(self) -> str:
        try:
            if (size := self.path.stat().st_size) > MAX_CASSETTE_BYTES:
                self.raise_unusable(f"it has {size:,} bytes, and {MAX_CASSETTE_BYTES:,} are the most that is read")
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise RecordingError(f"there is no recording {self.path}", hint=self._hint("record it")) from None
        except UnicodeDecodeError:
            self.raise_unusable("it is not UTF-8 text")
        except OSError as error:
            self.raise_unusable(error.strerror or str(error))
        if not text.strip():
            self.raise_unusable("it is empty")
        return text

    def _parsed(self, text: str) -> Json:
        try:
            return read_plain_yaml(text)
        except yaml.YAMLError as error:
            self.raise_unusable(f"it is not YAML: {_first_line(error)}")
        except UnsupportedYaml as error:
            self.raise_unusable(f"it is no plain YAML: {_first_line(error)}")

    def raise_unusable(self, why: str) -> NoReturn:
        """Raise RecordingError about a file that is there but cannot be used."""
        raise RecordingError(f"the recording {self.path} cannot be read: {why}", hint=self._hint("record it again"))

    def raise_stale(self, why: str) -> NoReturn:
        """Raise RecordingError about a recording that was made of something else."""
        raise RecordingError(f"the recording {self.path} is stale: {why}", hint=self._hint("record it again"))

    def raise_too_old(self, why: str) -> NoReturn:
        """Raise RecordingError about a recording that was made too long ago to be trusted."""
        raise RecordingError(f"the recording {self.path} is too old: {why}", hint=self._hint("record it again"))

    def raise_mismatch(self, why: str) -> NoReturn:
        """Raise RecordingError about a request that the recording does not hold."""
        raise RecordingError(f"the recording {self.path} {why}", hint=self._hint("record it again"))

    def _hint(self, what: str) -> str:
        return f"{what}: {self.record_command}"


def label_to_metadata(label: CassetteLabel) -> dict[str, Json]:
    """Return the label as it stands in the metadata."""
    live: dict[str, Json] = {"since": label.since.isoformat()} if label.since else {}
    if label.times:
        live["times"] = list(label.times)
    if not label.cycles_known:
        live["cycles_known"] = False
    return {
        **live,
        "format": FORMAT,
        "seed": label.seed,
        "started": label.started.isoformat(),
        "connectors": dict(label.connectors),
        "spec": label.spec,
        "urls": dict(label.urls),
    }


def _interaction(raw: Mapping[str, Json]) -> RecordedInteraction:
    request, response = raw["request"], raw["response"]
    return RecordedInteraction(
        method=_text(request["method"]),
        url=_text(request["uri"]),
        body=_bytes(request["body"]),
        status=int(response["status"]["code"]),
        headers={_text(name): [_text(value) for value in values] for name, values in response["headers"].items()},
        content=_bytes(response["body"]["string"]),
    )


def _text(value: Json) -> str:
    """Return a text; of anything else no text is made, for a short file can hold a list that has no end."""
    if isinstance(value, str):
        return value
    raise TypeError(f"expected a text, got {type(value).__name__}")


def _bytes(body: Json) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else _text(body).encode()


def _read_label(raw: Mapping[str, Json]) -> CassetteLabel:
    if raw["format"] != FORMAT:
        raise ValueError("another format")
    started = datetime.fromisoformat(raw["started"])
    if started.tzinfo is None:
        raise ValueError("a local time")
    return CassetteLabel(
        seed=_text(raw["seed"]),
        started=started,
        connectors={_text(name): _text(one) for name, one in raw["connectors"].items()},
        spec=_text(raw["spec"]),
        urls={_text(label): _text(url) for label, url in raw.get("urls", {}).items()},
        since=datetime.fromisoformat(raw["since"]) if "since" in raw else None,
        times=tuple(float(seconds) for seconds in raw.get("times", ())),
        cycles_known=bool(raw.get("cycles_known", True)),
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
