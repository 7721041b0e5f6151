"""A section's recording as a file: a vcrpy cassette, read whole or not at all, written whole or not at all.

The format, the YAML loader (libyaml) and the container are vcrpy's, so that any vcrpy reads the files; nothing is
patched. Beside the interactions the metadata hold a label. Source: DESIGN 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml
from vcr.cassette import Cassette
from vcr.errors import MissingMetadataError
from vcr.record_mode import RecordMode
from vcr.serialize import deserialize, serialize
from vcr.serializers import yamlserializer

from qa_sync.errors import RecordingError
from qa_sync.files import write_whole

FORMAT: Final = 1
KEY: Final = "qa_sync"
"""Where our part of a cassette's metadata stands."""


@dataclass(frozen=True, slots=True)
class TapeLabel:
    """What a recording was made with: the samples' seed, when it began (UTC), and what it depends on.

    `connectors` are fingerprints by the connector's name, `spec` is the fingerprint of the section's text, `urls` are
    the systems' base URLs by the connector's name.
    """

    seed: str
    started: datetime
    connectors: Mapping[str, str]
    spec: str
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one cassette lies; `again` is the command that records it. This is also vcrpy's persister."""

    path: Path
    again: str

    def load(self) -> tuple[Cassette, TapeLabel]:
        """Return the cassette and its label.

        Raises RecordingError, each with its own message, for a file that is missing, empty, not text, not YAML, or
        no recording of ours.
        """
        cassette = Cassette.load(path=self.path, persister=self, record_mode=RecordMode.NONE)
        if not all(_is_answer(response) for response in cassette.responses):
            self.refuse("it has not the shape of a cassette (an answer without status, headers or body)")
        try:
            return cassette, _read_label(cassette.get_metadata(KEY, None))
        except (MissingMetadataError, KeyError, TypeError, ValueError, AttributeError):
            self.refuse(f"its metadata hold no {KEY!r} of format {FORMAT}")

    def save(self, cassette: Cassette, label: TapeLabel) -> None:
        """Write the cassette in place of the one that may lie there."""
        content = {"requests": cassette.requests, "responses": cassette.responses, "metadata": {KEY: _written(label)}}
        self.save_cassette(self.path, content, yamlserializer)

    def load_cassette(self, _path: object, serializer: object) -> tuple[Any, ...]:
        """Return requests, responses and metadata, as vcrpy asks for them."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise RecordingError(f"there is no recording {self.path}", hint=self._hint("record it")) from None
        except UnicodeDecodeError:
            self.refuse("it is not UTF-8 text")
        except OSError as error:
            self.refuse(error.strerror or str(error))
        if not text.strip():
            self.refuse("it is empty")
        try:
            return tuple(deserialize(text, serializer))
        except yaml.YAMLError as error:
            self.refuse(f"it is not YAML: {_first_line(error)}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.refuse(f"it has not the shape of a cassette ({type(error).__name__}: {_first_line(error)})")

    def save_cassette(self, _path: object, cassette_dict: Mapping[str, Any], serializer: object) -> None:
        """Write beside the place first, so that a cassette is there whole or not at all."""
        text = serialize(cassette_dict, serializer)
        write_whole(self.path, text)

    def refuse(self, why: str) -> NoReturn:
        """Raise RecordingError about a file that is there but cannot be used."""
        raise RecordingError(f"the recording {self.path} cannot be read: {why}", hint=self._hint("record it again"))

    def stale(self, why: str) -> NoReturn:
        """Raise RecordingError about a recording that was made of something else."""
        raise RecordingError(f"the recording {self.path} is stale: {why}", hint=self._hint("record it again"))

    def mismatch(self, why: str) -> NoReturn:
        """Raise RecordingError about a request that the recording does not hold."""
        raise RecordingError(f"the recording {self.path} {why}", hint=self._hint("record it again"))

    def _hint(self, what: str) -> str:
        return f"{what}: {self.again}"


def _is_answer(response: Any) -> bool:
    try:
        code, headers, body = response["status"]["code"], response["headers"], response["body"]["string"]
    except (KeyError, TypeError):
        return False
    return isinstance(code, int) and isinstance(headers, dict) and isinstance(body, bytes)


def _read_label(raw: Mapping[str, Any]) -> TapeLabel:
    if raw["format"] != FORMAT:
        raise ValueError(raw["format"])
    started = datetime.fromisoformat(raw["started"])
    if started.tzinfo is None:
        raise ValueError(raw["started"])
    urls = dict(raw.get("urls", {}).items())
    return TapeLabel(str(raw["seed"]), started, dict(raw["connectors"].items()), str(raw["spec"]), urls)


def _written(label: TapeLabel) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seed": label.seed,
        "started": label.started.isoformat(),
        "connectors": dict(label.connectors),
        "spec": label.spec,
        "urls": dict(label.urls),
    }


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
