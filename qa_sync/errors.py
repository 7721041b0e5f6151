"""The exceptions of qa-sync and their exit codes.

    QaSyncError                 the base class; has the exit code
      UsageError (2)            the command, the spec or the settings are invalid
        SpecError               a spec that cannot be read
        ConnectorError          an invalid connector folder or entity card
        UnknownName             an unknown name; the hint suggests the nearest known one
      NoVerdict (3)             a check has no verdict
        RecordingError          a recording is missing, unreadable, stale or does not match
        SystemUnreachable       no response
        InvalidResponse         a response with an unexpected status, content type or shape
          UncertainWrite        a write that may or may not have been applied
        RequestRejected         the system rejected a request (4xx)
          Conflict              the record changed since it was read (409, 412)
      NotConvertible (3)        a value that the other system cannot represent without loss
      InternalError (3)         a bug in qa-sync

A failed check is not an error but a value; `qa_sync.running.results` has the exit code of a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # `--help` imports the errors, and needs no msgspec
    from qa_sync.location import Location


class QaSyncError(Exception):
    """The base class of all errors of qa-sync: a message, where the problem is, and a hint what to do next."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, location: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint

    @property
    def in_line(self) -> str:
        """The message on one line, with the hint in parentheses."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        then = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{where}{self.message}{then}"


class UsageError(QaSyncError):
    """The command, the spec or the settings are invalid."""

    exit_code = 2


class SpecError(UsageError):
    """A spec cannot be read."""


class ConnectorError(UsageError):
    """A connector folder or an entity card is invalid."""


MOST_NAMES = 40
"""Of more names than this, only the nearest is suggested, if one is near."""


class UnknownName(UsageError):
    """A name is not in the table of known names."""

    def __init__(
        self,
        what: str,
        name: str,
        known: Iterable[str],
        *,
        location: Location | None = None,
        hint: str | None = None,
        offered: Iterable[str] | None = None,
        all_near: bool = False,
    ) -> None:
        """`offered` are the names to suggest, by default all known ones; `all_near` as of `did_you_mean`."""
        known = sorted(set(known))
        near = did_you_mean(name, known if offered is None else offered, all_near=all_near)
        listed = f"; expected one of: {', '.join(known) or '(none)'}"
        super().__init__(
            f"unknown {what} {name!r}{listed if near is None or len(known) <= MOST_NAMES else ''}",
            location=location,
            hint=near or hint,
        )


class NoVerdict(QaSyncError):
    """A check has no verdict."""


class RecordingError(NoVerdict):
    """A recording is missing, unreadable or stale, or does not contain the request."""


class SystemUnreachable(NoVerdict):
    """A system did not respond."""


class InvalidResponse(NoVerdict):
    """A response has an unexpected status, content type or shape."""


class UncertainWrite(InvalidResponse):
    """A write may or may not have been applied, so it must not be retried blindly.

    `succeeded` is true if the system reported success: a new record exists, but its id is unknown.
    """

    def __init__(self, message: str, *, succeeded: bool, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.succeeded = succeeded


class RequestRejected(NoVerdict):
    """A system rejected a request (4xx).

    `status` is the HTTP status, `code` the system's own error code (None if the response has none).
    """

    def __init__(self, message: str, *, status: int, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


class Conflict(RequestRejected):
    """The record has changed since it was read, or a unique value is already in use (409, 412).

    `repeated` is true if the request is a retry, so that it may conflict with its own first attempt.
    """

    def __init__(
        self, message: str, *, status: int, code: str | None = None, hint: str | None = None, repeated: bool = False
    ) -> None:
        super().__init__(message, status=status, code=code, hint=hint)
        self.repeated = repeated


class NotConvertible(QaSyncError):
    """A value cannot be represented in the other system without loss."""


class InternalError(QaSyncError):
    """A bug in qa-sync."""


MOST_NEAR = 3


def did_you_mean(name: str, known: Iterable[str], *, all_near: bool = False) -> str | None:
    """Return `did you mean 'x'?` for the nearest known names (at most three equally near), None if none is near.

    `all_near`: for the three nearest names, also if they are not equally near; the nearest first.
    """
    return _near(name, tuple(known), all_near=all_near)


@cache
def _near(name: str, known: tuple[str, ...], *, all_near: bool) -> str | None:
    """Return the same; a run of many specs asks for the same names repeatedly."""
    import difflib  # noqa: PLC0415 - needed for errors only; keeps startup fast

    folded, by_fold = name.casefold(), {k.casefold(): k for k in known}
    near = difflib.get_close_matches(folded, by_fold, n=MOST_NEAR, cutoff=0.5)
    alike = {other: difflib.SequenceMatcher(None, other, folded).ratio() for other in near}
    if near and all_near:
        return f"did you mean {' or '.join(repr(by_fold[other]) for other in near)}?"
    nearest = [repr(by_fold[other]) for other in near if alike[other] == max(alike.values())]
    return f"did you mean {' or '.join(sorted(nearest))}?" if nearest else None
