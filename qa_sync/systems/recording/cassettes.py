"""The contents of a cassette: a label, and requests with their responses; conversion from and to file data.

The format is vcrpy's, so any vcrpy reads the files, and vcrpy writes them (`qa_sync.systems.recording.recorder`). The
label is in the metadata, which vcrpy keeps and does not use. Source: docs/explanation/design.rst, "Recordings".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct, field
from msgspec.json import Decoder, Encoder
from msgspec.structs import asdict, replace

from qa_sync.values.form import Json

VERSION: Final = 1
"""The version of vcrpy's format."""
FORMAT: Final = 1
KEY: Final = "qa_sync"
"""The key of qa-sync's part of a cassette's metadata."""

DIGEST_BYTES: Final = 16

MISSHAPEN: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""The exceptions that reading data of another shape raises."""


class Contents(Struct, frozen=True):
    """The number of interactions and a digest of them, which shows that one is missing or changed.

    `metadata` is the digest of the label, which decides the verdicts of a replay too: samples, times, what is stale
    (None: an older recording has none).
    """

    count: int
    digest: str
    metadata: str | None = None


class CassetteLabel(Struct, frozen=True):
    """The inputs of a recording: the seed of the samples, the start (UTC), and fingerprints of what it depends on.

    `connectors` are fingerprints by the connector's name, `spec` is the fingerprint of the section's text, `urls` are
    the systems' base URLs by the connector's name (of live systems: by label, because two systems may use one
    connector). Only recordings of live systems have `since`, the time from which counterparts were searched (None:
    `started`), and `times`, each time that the clock returned, in seconds after `started`. `cycles_known` is true if
    the sync completed a cycle in each wait for it. `contents` are the number and the digest of the interactions (None:
    an older recording has none).
    """

    seed: str
    started: datetime
    connectors: Mapping[str, str]
    spec: str
    urls: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    times: tuple[float, ...] = ()
    cycles_known: bool = True
    contents: Contents | None = None


class RecordedInteraction(Struct, frozen=True):
    """A recorded request and its response; bodies are bytes, `headers` are lists of values by name."""

    method: str
    url: str
    body: bytes
    status: int
    headers: Mapping[str, list[str]]
    content: bytes


def label_to_metadata(label: CassetteLabel) -> dict[str, Json]:
    """Return the label as the data in the metadata."""
    live: dict[str, Json] = {"since": label.since.isoformat()} if label.since else {}
    if label.times:
        live["times"] = list(label.times)
    if not label.cycles_known:
        live["cycles_known"] = False
    if label.contents:
        live["interactions"] = {name: value for name, value in asdict(label.contents).items() if value is not None}
    return {
        "format": FORMAT,
        "seed": label.seed,
        "started": label.started.isoformat(),
        "connectors": dict(label.connectors),
        "spec": label.spec,
        "urls": dict(label.urls),
        **live,
    }


class _Body(Struct):
    string: str | None


class _Status(Struct):
    code: int


class _Response(Struct):
    status: _Status
    headers: dict[str, list[str]]
    body: _Body


class _Request(Struct):
    method: str
    uri: str
    body: str | None


class _Interaction(Struct):
    request: _Request
    response: _Response


class _Cassette(Struct):
    """A JSON cassette in the shape in which it is written, which is decoded in half the time of plain data."""

    version: Literal[1]
    interactions: list[_Interaction]
    metadata: dict[str, dict[str, Any]]


_CASSETTE: Final = Decoder(_Cassette)
_ENCODER: Final = Encoder()
_SORTED: Final = Encoder(order="sorted")


def decode_cassette(content: bytes) -> tuple[list[RecordedInteraction], Json] | None:
    """Return the interactions and the data of the label of a JSON cassette; None if it has any other shape."""
    try:
        decoded = _CASSETTE.decode(content)
    except ValueError:
        return None
    return [_of_decoded(one.request, one.response) for one in decoded.interactions], {"metadata": decoded.metadata}


def _of_decoded(request: _Request, response: _Response) -> RecordedInteraction:
    return RecordedInteraction(
        request.method,
        request.uri,
        (request.body or "").encode(),
        response.status.code,
        response.headers,
        (response.body.string or "").encode(),
    )


def read_interactions(raw: Json) -> list[RecordedInteraction]:
    """Return a cassette's interactions in order; raises one of MISSHAPEN, also for another version."""
    if (version := raw.get("version", VERSION)) != VERSION:
        raise ValueError(f"version {version}, expected {VERSION}")
    return [_interaction(one) for one in raw["interactions"]]


def read_label(raw: Json) -> CassetteLabel:
    """Return a cassette's label; raises one of MISSHAPEN."""
    label = raw["metadata"][KEY]
    if label["format"] != FORMAT:
        raise ValueError("another format")
    started = _instant(label["started"])
    return CassetteLabel(
        seed=_text(label["seed"]),
        started=started,
        connectors={_text(name): _text(one) for name, one in label["connectors"].items()},
        spec=_text(label["spec"]),
        urls={_text(label): _text(url) for label, url in label.get("urls", {}).items()},
        since=_instant(label["since"]) if "since" in label else None,
        times=tuple(_seconds(one, started) for one in label.get("times", ())),
        cycles_known=bool(label.get("cycles_known", True)),
        contents=_contents(label["interactions"]) if "interactions" in label else None,
    )


def _contents(raw: Json) -> Contents:
    return Contents(int(raw["count"]), _text(raw["digest"]), _text(raw["metadata"]) if "metadata" in raw else None)


def contents_of(interactions: Sequence[RecordedInteraction], label: CassetteLabel) -> Contents:
    """Return the number of interactions, the digest of them in their order, and that of the label."""
    digest, metadata = (hashlib.blake2b(digest_size=DIGEST_BYTES) for _ in range(2))
    for one in interactions:
        digest.update(_ENCODER.encode(one))
    metadata.update(_SORTED.encode(label_to_metadata(replace(label, contents=None))))
    return Contents(len(interactions), digest.hexdigest(), metadata.hexdigest())


def _interaction(raw: Mapping[str, Json]) -> RecordedInteraction:
    request, response = raw["request"], raw["response"]
    return RecordedInteraction(
        method=_text(request["method"]),
        url=_text(request["uri"]),
        body=_bytes(request["body"]),
        status=int(response["status"]["code"]),
        headers={_text(name): _texts(values) for name, values in response["headers"].items()},
        content=_bytes(response["body"]["string"]),
    )


def _text(value: Json) -> str:
    """Return a text; other values are not converted, because a short file can contain an endless list."""
    if not isinstance(value, str):
        raise TypeError(f"expected a string, got {type(value).__name__}")
    if not value.isascii():
        value.encode()  # raises ValueError for a lone surrogate, which no terminal can print
    return value


def _texts(values: Json) -> list[str]:
    if isinstance(values, list):
        return [_text(value) for value in values]
    raise TypeError(f"expected a list of strings, got {type(values).__name__}")


def _bytes(body: Json) -> bytes:
    if isinstance(body, bytes):
        return body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    raise TypeError(f"expected a body, got {type(body).__name__}")


def _instant(raw: Json) -> datetime:
    instant = datetime.fromisoformat(raw)
    if instant.tzinfo is None:
        raise ValueError("a local time")
    return instant


def _seconds(raw: Json, started: datetime) -> float:
    """Return seconds after `started`; raises ValueError or OverflowError if the time is out of range."""
    seconds = float(raw)
    _ = started + timedelta(seconds=seconds)
    return seconds
