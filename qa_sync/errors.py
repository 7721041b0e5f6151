"""All that can go wrong, drawn as a tree.

    QaSyncError                 every error of ours; knows its exit code
      UsageError (2)            the call, the document or the settings are wrong
        SpecError               a document that cannot be read at all
        ConnectorError          a connector folder or an entity card is wrong
        UnknownName             a name that no table has; tells the nearest
      NoVerdict (3)       no verdict is possible
        RecordingError          a cassette is missing, unreadable, stale or does not match
        SystemUnreachable       no answer at all
        InvalidResponse               an answer that makes no sense (status, content type, shape)
          UncertainWrite               a write of which nobody can tell whether it happened
        RequestRejected                 the system said no to a write (4xx)
          Conflict              the record changed since it was read (409, 412)
      NotConvertible (3)        a value that has no loss-free form on the other side
      InternalError (3)            a rule of our own was broken: a programming error

A promise that does not hold is no error: it is a value (`qa_sync.running.results`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from qa_sync.location import Location


class QaSyncError(Exception):
    """Say where, what, and what to do next; every error of this package is one of these."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, location: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint

    @property
    def in_line(self) -> str:
        """The message as part of a line: what to do next stands in brackets."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        then = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{where}{self.message}{then}"


class UsageError(QaSyncError):
    """The call, the document or the settings are wrong."""

    exit_code = 2


class SpecError(UsageError):
    """A document that cannot be read at all."""


class ConnectorError(UsageError):
    """A connector folder or an entity card is wrong."""


class UnknownName(UsageError):
    """A name that no table has."""

    def __init__(
        self, what: str, name: str, known: Iterable[str], *, location: Location | None = None, hint: str | None = None
    ) -> None:
        known = sorted(set(known))
        super().__init__(
            f"unknown {what} {name!r}; expected one of: {', '.join(known) or 'none are known'}",
            location=location,
            hint=did_you_mean(name, known) or hint,
        )


class NoVerdict(QaSyncError):
    """No verdict is possible."""


class RecordingError(NoVerdict):
    """A cassette is missing, unreadable, stale, or does not hold the request."""


class SystemUnreachable(NoVerdict):
    """A system did not answer at all."""


class InvalidResponse(NoVerdict):
    """A system's answer makes no sense: status, content type or shape."""


class UncertainWrite(InvalidResponse):
    """A write of which nobody can tell whether it happened, and which must not be repeated blindly.

    `succeeded` says that the system reported success, so that a new record exists, only nobody knows its id.
    """

    def __init__(self, message: str, *, succeeded: bool, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.succeeded = succeeded


class RequestRejected(NoVerdict):
    """A system said no to a request (4xx).

    `status` is the HTTP status, `code` the system's own word for it (None when it gave none).
    """

    def __init__(self, message: str, *, status: int, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


class Conflict(RequestRejected):
    """The record changed since it was read, or a unique value is taken (409, 412).

    `repeated` says that the request was sent before, so that the conflict may be with itself.
    """

    def __init__(
        self, message: str, *, status: int, code: str | None = None, hint: str | None = None, repeated: bool = False
    ) -> None:
        super().__init__(message, status=status, code=code, hint=hint)
        self.repeated = repeated


class NotConvertible(QaSyncError):
    """A value that has no loss-free form on the other side."""


class InternalError(QaSyncError):
    """A rule of our own was broken; a programming error."""


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return `did you mean 'x'?` for the nearest known name, None when none is near."""
    import difflib  # noqa: PLC0415 - only when something went wrong; start-up must be quick

    by_fold = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return f"did you mean {by_fold[near[0]]!r}?" if near else None
