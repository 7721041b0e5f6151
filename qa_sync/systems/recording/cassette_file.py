"""The file of a section's recording (a cassette), and how it is read.

It is JSON and is read without vcrpy, because importing vcrpy takes longer than replaying a spec. Recordings of older
versions, and those with a body that is not text, are YAML, which vcrpy reads. Source: docs/explanation/design.rst,
"Recordings".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.errors import RecordingError
from qa_sync.files import read_limited
from qa_sync.systems.recording.cassettes import (
    FORMAT,
    KEY,
    MISSHAPEN,
    CassetteLabel,
    RecordedInteraction,
    contents_of,
    decode_cassette,
    read_interactions,
    read_label,
)
from qa_sync.values.form import Json
from qa_sync.values.json_text import read_json

JSON: Final = ".json"
YAML: Final = ".yaml"

MAX_CASSETTE_BYTES: Final = 256 * 1024 * 1024
"""The size limit of a cassette in bytes: a hundred times the largest known one, and less than a machine's memory."""
MAX_CASSETTE: Final = "QA_SYNC_MAX_RECORDING"
"""The environment variable with another limit."""


class CassetteFile(Struct, frozen=True):
    """The path of a cassette; `record_command` is the command that records it."""

    path: Path
    record_command: str

    def load(self) -> tuple[CassetteLabel, list[RecordedInteraction]]:
        """Return the cassette's label and its interactions in order.

        Raises RecordingError, each with its own message, for a file that is missing, empty, not text, not JSON (or
        YAML, by its suffix), or not a recording of qa-sync.
        """
        content = self._content()
        decoded = decode_cassette(content) if self.path.suffix == JSON else None
        # Data of any other shape is converted one by one, for a message about what is wrong.
        interactions, raw = decoded or self._converted(content)
        try:
            label = read_label(raw)
        except MISSHAPEN:
            self.raise_unusable(f"its metadata contain no {KEY!r} of format {FORMAT}")
        self._check_complete(label, interactions)
        return replace(label, contents=None), interactions

    def _check_complete(self, label: CassetteLabel, interactions: Sequence[RecordedInteraction]) -> None:
        """Raise RecordingError if anything is missing or was changed: no verdict of a replay would be earned."""
        recorded = label.contents
        if recorded is None:
            return
        if len(interactions) != recorded.count:
            self.raise_unusable(f"it has {len(interactions)} of {recorded.count} recorded interactions")
        now = contents_of(interactions, label)
        if now.digest != recorded.digest:
            self.raise_unusable("its interactions were changed after the recording")
        if recorded.metadata not in {None, now.metadata}:
            self.raise_unusable("its metadata were changed after the recording")

    def _converted(self, content: bytes) -> tuple[list[RecordedInteraction], Json]:
        raw = self._parsed(content)
        try:
            return read_interactions(raw), raw
        except MISSHAPEN as error:
            self.raise_unusable(f"it is not a valid cassette ({type(error).__name__}: {_first_line(error)})")

    def _content(self) -> bytes:
        try:
            content = read_limited(self.path, MAX_CASSETTE_BYTES, MAX_CASSETTE)
        except FileNotFoundError:
            raise RecordingError(f"there is no recording {self.path}", hint=self._hint("record it")) from None
        except OSError as error:
            self.raise_unusable(error.strerror or str(error))
        if not content or content.isspace():
            self.raise_unusable("it is empty")
        return content

    def _parsed(self, content: bytes) -> Json:
        try:
            return _read_yaml(content.decode()) if self.path.suffix == YAML else read_json(content)
        except UnicodeDecodeError:
            self.raise_unusable("it is not UTF-8 text")
        except (ValueError, RecursionError) as error:
            self.raise_unusable(f"it is not {self.path.suffix[1:].upper()}: {_first_line(error)}")

    def raise_unusable(self, why: str) -> NoReturn:
        """Raise RecordingError for a file that exists but cannot be used."""
        raise RecordingError(f"the recording {self.path} cannot be read: {why}", hint=self._hint("record it again"))

    def raise_stale(self, why: str) -> NoReturn:
        """Raise RecordingError for a recording of another version of the spec or the connectors."""
        raise RecordingError(f"the recording {self.path} is stale: {why}", hint=self._hint("record it again"))

    def raise_other_depth(self, depth: str) -> NoReturn:
        """Raise RecordingError for a recording of the same section with another `--depth`."""
        raise RecordingError(
            f"the recording {self.path} was made with --depth {depth}",
            hint=f"replay it with --depth {depth}, or {self._hint('record it with the depth of this run')}",
        )

    def raise_too_old(self, why: str) -> NoReturn:
        """Raise RecordingError for a recording that is older than the limit."""
        raise RecordingError(f"the recording {self.path} is too old: {why}", hint=self._hint("record it again"))

    def raise_mismatch(self, why: str) -> NoReturn:
        """Raise RecordingError for a request that is not in the recording."""
        raise RecordingError(f"the recording {self.path} {why}", hint=self._hint("record it again"))

    def _hint(self, what: str) -> str:
        return f"{what}: {self.record_command}"


def other_format(path: Path) -> Path:
    """Return the path of the same recording in the other format: `x.yaml` for `x.json` and `x.json` for `x.yaml`."""
    return path.with_suffix(JSON if path.suffix == YAML else YAML)


def is_recorded(path: Path) -> bool:
    """Return whether a recording exists, in either format."""
    return path.exists() or other_format(path).exists()


def find_cassette_file(path: Path, record_command: str) -> CassetteFile:
    """Return the file of a recording, in either format.

    Raises RecordingError if it exists in both formats, because it is unclear which one to use.
    """
    other = other_format(path)
    if not other.exists():
        return CassetteFile(path, record_command)
    if not path.exists():
        return CassetteFile(other, record_command)
    raise RecordingError(
        f"there are two recordings of one section: {path} and {other}",
        hint=f"remove the older one, or record the section again: {record_command}",
    )


def _read_yaml(text: str) -> Json:
    from qa_sync.systems.recording.yaml_recordings import read_yaml  # noqa: PLC0415 - imports vcrpy

    return read_yaml(text)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
