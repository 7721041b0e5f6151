"""What a cassette holds: a label, and requests with their answers; the data of its file made of them and read from it.

The format is vcrpy's, so any vcrpy reads the files, and vcrpy writes them (`qa_sync.systems.recording.recorder`). The
label stands in the metadata, which vcrpy keeps and does not use. Source: DESIGN 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct, field

from qa_sync.values.form import Json

FORMAT: Final = 1
KEY: Final = "qa_sync"
"""Where our part of a cassette's metadata stands."""

MISSHAPEN: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What data of another shape raise when they are read."""


class CassetteLabel(Struct, frozen=True):
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


class RecordedInteraction(Struct, frozen=True):
    """A recorded request and its answer; bodies are bytes, `headers` one list of values a name."""

    method: str
    url: str
    body: bytes
    status: int
    headers: Mapping[str, list[str]]
    content: bytes


def label_to_metadata(label: CassetteLabel) -> dict[str, Json]:
    """Return the label as it stands in the metadata."""
    live: dict[str, Json] = {"since": label.since.isoformat()} if label.since else {}
    if label.times:
        live["times"] = list(label.times)
    if not label.cycles_known:
        live["cycles_known"] = False
    return {
        "format": FORMAT,
        "seed": label.seed,
        "started": label.started.isoformat(),
        "connectors": dict(label.connectors),
        "spec": label.spec,
        "urls": dict(label.urls),
        **live,
    }


def read_interactions(raw: Json) -> list[RecordedInteraction]:
    """Return a cassette's interactions in their order; raises one of MISSHAPEN."""
    return [_interaction(one) for one in raw["interactions"]]


def read_label(raw: Json) -> CassetteLabel:
    """Return a cassette's label; raises one of MISSHAPEN."""
    held = raw["metadata"][KEY]
    if held["format"] != FORMAT:
        raise ValueError("another format")
    started = _instant(held["started"])
    return CassetteLabel(
        seed=_text(held["seed"]),
        started=started,
        connectors={_text(name): _text(one) for name, one in held["connectors"].items()},
        spec=_text(held["spec"]),
        urls={_text(label): _text(url) for label, url in held.get("urls", {}).items()},
        since=_instant(held["since"]) if "since" in held else None,
        times=tuple(_seconds(one, started) for one in held.get("times", ())),
        cycles_known=bool(held.get("cycles_known", True)),
    )


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
    """Return a text; of anything else no text is made, for a short file can hold a list that has no end."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, got {type(value).__name__}")
    if not value.isascii():
        value.encode()  # raises ValueError for half of a surrogate pair, which no terminal can show
    return value


def _texts(values: Json) -> list[str]:
    if isinstance(values, list):
        return [_text(value) for value in values]
    raise TypeError(f"expected a list of texts, got {type(values).__name__}")


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
    """Return seconds after `started`; raises ValueError or OverflowError for a time that no calendar has."""
    seconds = float(raw)
    _ = started + timedelta(seconds=seconds)
    return seconds
