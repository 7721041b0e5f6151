"""Instants and calendar dates.

Source: docs/explanation/mapping.rst, "Instants and dates"; docs/explanation/vendors/woocommerce.rst, "Dates as
measured".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo

from qa_sync.errors import UnknownName
from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar

# Stricter than fromisoformat, which also accepts `20241113` and week dates.
_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]{1,12})?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _style(form: Form) -> str:
    style = str(form.options.get("style", "z"))
    if style not in STYLES:
        raise UnknownName("instant style", style, STYLES)
    return style


def instant_of(value: object, naive: tzinfo | None, midnight: tzinfo | None = None) -> datetime | None:
    """Return the UTC instant of a value, in whole seconds, or None for a value that is not an instant.

    `naive` is the zone of texts without a zone (None: they are not instants); `midnight` is the zone in which a date
    starts (None: a date is not an instant).
    """
    try:
        if isinstance(value, str):
            value = _parsed(value, naive)
        elif isinstance(value, date) and not isinstance(value, datetime) and midnight:
            value = datetime.combine(value, time(), midnight)
        if isinstance(value, datetime) and value.tzinfo:
            return value.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        # An invalid day or hour, or a result outside the years 1 to 9999.
        return None
    return None


def _parsed(text: str, naive: tzinfo | None) -> datetime | None:
    match = _INSTANT.fullmatch(text.strip())
    if not match:
        return None
    moment = datetime.fromisoformat(f"{match['day']}T{match['time']}{(match['zone'] or '').upper()}")
    return moment if moment.tzinfo else moment.replace(tzinfo=naive)


def day_of(value: object, zone: tzinfo) -> date | None:
    """Return the calendar date of a value (for an instant: its date in the zone), or None for other values."""
    try:
        if isinstance(value, datetime):
            return value.astimezone(zone).date() if value.tzinfo else None
        if isinstance(value, str) and _DATE.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except (ValueError, OverflowError):
        return None
    return value if isinstance(value, date) else None


def _read_instant(value: Plain, form: Form) -> datetime:
    naive = UTC if _style(form) == "naive_utc" else None
    moment = instant_of(value, naive)
    if moment is None:
        raise not_convertible(value, "a date and time" if naive else "a date and time with a zone", form)
    return moment


def _write_instant(value: Scalar, target: Target) -> Json:
    moment = instant_of(value, None, midnight=target.zone)
    if moment is None:
        raise not_convertible(value, "a date and time with a zone", target.form)
    try:
        return typed(STYLES[_style(target.form)](moment, target.zone), target.form)
    except OverflowError as error:
        raise not_convertible(value, "a date and time within the years 1 to 9999", target.form) from error


def _read_date(value: Plain, form: Form) -> date:
    # The zone is irrelevant: a wire value is a text, never an instant.
    day = day_of(value, UTC)
    if day is None:
        raise not_convertible(value, "a date YYYY-MM-DD", form)
    return day


def _write_date(value: Scalar, target: Target) -> Json:
    moment = instant_of(value, None) if isinstance(value, str) else None
    day = day_of(moment or value, target.zone)
    if day is None:
        raise not_convertible(value, "a date, or a date and time with a zone", target.form)
    return typed(day.isoformat(), target.form)


def _local_time(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


STYLES: dict[str, Callable[[datetime, tzinfo], str]] = {
    "z": lambda moment, _: _local_time(moment).isoformat(timespec="seconds") + "Z",
    "ms_z": lambda moment, _: _local_time(moment).isoformat(timespec="milliseconds") + "Z",
    "naive_utc": lambda moment, _: _local_time(moment).isoformat(timespec="seconds"),
    "offset": lambda moment, zone: moment.astimezone(zone).isoformat(timespec="seconds"),
}

INSTANT = Conversion(_read_instant, _write_instant)
DATE = Conversion(_read_date, _write_date)
