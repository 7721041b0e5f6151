"""The comparison rules of instants and dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from qa_sync.audit.expressions.cell_pair import CellPair, Decision, ends
from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import DAYS, FRACTION, SECONDS, TIMES, fits
from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.values.form import Form


def same_instant(pair: CellPair) -> list[Decision]:
    """Return the conditions under which two instants are the same, and under which they differ."""
    texts, marks = (pair.source.text, pair.target.text), [_zone_mark(form) for form, _ in ends(pair)]
    whole = [fits(text, f"{DAYS}T{TIMES}{FRACTION}{mark}") for text, mark in zip(texts, marks, strict=True)]
    # Most instants have no fraction, at least at the target, which is faster to test.
    short = (texts[1].length() == SECONDS + 1) & texts[1].endswith("Z")
    long = (texts[1].length() >= SECONDS) & fits(texts[1].substr(SECONDS), f"{FRACTION}{marks[1]}")
    same = texts[0].startswith(texts[1].left(SECONDS)) & (short | long)
    return [
        (same & pair.source.is_kind(Kind.TEXT) & pair.same_kind & whole[0], OutcomeCode.SAME),
        (pair.both_kind(Kind.TEXT) & whole[0] & whole[1], OutcomeCode.VALUE),
    ]


def _zone_mark(form: Form) -> str:
    """Return the pattern of the UTC mark at the end of a text in that format."""
    return "Z?" if form.options.get("style") == "naive_utc" else "Z"


def same_day(pair: CellPair) -> list[Decision]:
    """Return the conditions under which two dates, or an instant and a date, are the same or differ."""
    read = pair.both_kind(Kind.TEXT)
    for form, cell in ends(pair):
        time = f"T({_hours(pair.forms.zone)}):[0-5][0-9]:[0-5][0-9]{FRACTION}{_zone_mark(form)}"
        read &= fits(cell.text, DAYS + (time if form.convert == "instant" else ""))
    return [
        ((pair.source.text.left(10) == pair.target.text.left(10)) & read, OutcomeCode.SAME),
        (read, OutcomeCode.VALUE),
    ]


def _hours(zone: tzinfo) -> str:
    """Return a pattern of the UTC hours in which the zone always has the same date as UTC."""
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = [(begin + timedelta(days=30 * n)).astimezone(zone).utcoffset() for n in range(1590)]
    hours = [offset.total_seconds() / 3600 for offset in offsets if offset is not None]
    same = [h for h in range(24) if h + min(hours) >= 0 and h + 1 + max(hours) <= 24]  # noqa: PLR2004
    return "|".join(f"{h:02d}" for h in same) or "none"
