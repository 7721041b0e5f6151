"""Converts the values of Arrow columns to JSON values, exactly: whatever a Parquet file can hold.

Python's own types hold neither nanoseconds nor years beyond 9999, so times are written from their integers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, Final, TypeAlias

import pyarrow as pa

from qa_sync.values.form import Json

_FRACTION: Final[Mapping[str, int]] = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""The decimal places of a second by unit."""

_CYCLE: Final = 146_097
"""Days in 400 years, after which the calendar repeats."""

_DAY: Final = 86_400


Spots: TypeAlias = "tuple[Spots, ...] | None"
"""Where in a value there are intervals: empty for the value itself, else those of its inner types; None for nowhere."""


def json_rows(batch: pa.RecordBatch, intervals: Mapping[str, Spots] | None = None) -> Iterator[Mapping[str, Json]]:
    """Yield the rows of a batch: instants and dates as ISO 8601 texts, bytes as UTF-8 texts, maps as objects.

    `intervals` are the columns with bytes that are the months, days and milliseconds of an interval. A timestamp
    without a time zone is read as UTC, which is what writers without zones store. A binary number of 32 bits is the
    shortest decimal number that no other one of 32 bits is nearer to, as databases and JSON write it.
    """
    names, intervals = batch.schema.names, intervals or {}
    columns = [
        [_with_intervals(one, spots) for one in column]
        if (spots := intervals.get(name)) is not None
        else _values(column)
        for name, column in zip(names, batch.columns, strict=True)
    ]
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


def _values(column: pa.Array) -> Sequence[Json]:
    if _is_plain(column.type):
        return column.to_pylist()  # type: ignore[no-any-return] # pyarrow has no type annotations
    return [_value(scalar) for scalar in column]


def _is_plain(kind: pa.DataType) -> bool:
    """Return whether Python's own value is the JSON value."""
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer)
    return any(test(kind) for test in (*tests, *_PLAIN))


_PLAIN: Final = (
    *(pa.types.is_float16, pa.types.is_float64),
    *(pa.types.is_boolean, pa.types.is_decimal, pa.types.is_null),
)


def _value(scalar: Any) -> Json:
    if not scalar.is_valid:
        return None
    convert = next((convert for kind, convert in _CONVERTED.items() if isinstance(scalar, kind)), _other)
    return convert(scalar)


def _map(scalar: Any) -> Json:
    return {str(_value(entry["key"])): _value(entry["value"]) for entry in scalar.values}


def _struct(scalar: Any) -> Json:
    return {field.name: _value(scalar[at]) for at, field in enumerate(scalar.type)}


def _list(scalar: Any) -> Json:
    return [_value(one) for one in scalar.values]


def _extension(scalar: Any) -> Json:
    """Return a value of a type that is made of another one, whose own value says more where it is a UUID or boolean."""
    is_told = scalar.type.extension_name in {"arrow.uuid", "arrow.bool8"}
    return _other(scalar) if is_told else _value(scalar.value)


def _with_intervals(scalar: Any, spots: Spots) -> Json:
    """Return a value with the intervals that are in it."""
    if spots is None or not scalar.is_valid:
        return _value(scalar)
    if not spots:
        return _interval_of_bytes(scalar.as_py())
    if isinstance(scalar, pa.ExtensionScalar):
        return _with_intervals(scalar.value, spots)
    if isinstance(scalar, pa.MapScalar):
        return {
            str(_with_intervals(entry["key"], spots[0])): _with_intervals(entry["value"], spots[1])
            for entry in scalar.values
        }
    if isinstance(scalar, pa.StructScalar):
        return {
            field.name: _with_intervals(scalar[at], one)
            for at, (field, one) in enumerate(zip(scalar.type, spots, strict=True))
        }
    return [_with_intervals(one, spots[0]) for one in scalar.values]


def _interval_of_bytes(value: bytes) -> str:
    months, days, millis = struct.unpack("<iii", value)
    return _interval(months, days, millis * 10**6)


def _interval(months: int, days: int, nanos: int) -> str:
    """Return an ISO 8601 duration, such as `P1M2DT3.5S`; each part has its own sign."""
    second, rest = divmod(abs(nanos), 10**9)
    clock = f"T{'-' if nanos < 0 else ''}{second}{_fraction(rest, 9)}S" if nanos else ""
    parts = "".join(f"{count}{unit}" for count, unit in ((months, "M"), (days, "D")) if count)
    return f"P{parts}{clock}" if parts or clock else "PT0S"


def _other(scalar: Any) -> Json:
    value = scalar.as_py()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value if isinstance(value, str | int | float | Decimal) else str(value)


def _timestamp(scalar: Any) -> str:
    places = _FRACTION[scalar.type.unit]
    seconds, rest = divmod(scalar.value, 10**places)
    days, second = divmod(seconds, _DAY)
    return f"{_day(days)}T{_clock(second, rest, places)}Z"


def _short_float(scalar: Any) -> Json:
    value = scalar.as_py()
    if not isfinite(value):
        return value
    text = scalar.cast(pa.string()).as_py()
    return Decimal(text if "." in text or "e" in text else f"{text}.0")  # as -0.0, whose sign an integer loses


def _time(scalar: Any) -> str:
    places = _FRACTION[scalar.type.unit]
    second, rest = divmod(scalar.value, 10**places)
    return _clock(second, rest, places)


def _duration(scalar: Any) -> str:
    """Return an ISO 8601 duration in seconds: `PT90.5S`."""
    places = _FRACTION[scalar.type.unit]
    second, rest = divmod(abs(scalar.value), 10**places)
    return f"{'-' if scalar.value < 0 else ''}PT{second}{_fraction(rest, places)}S"


def _clock(second: int, rest: int, places: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}{_fraction(rest, places)}"


def _fraction(rest: int, places: int) -> str:
    return f".{rest:0{places}d}".rstrip("0") if rest else ""


def _day(days: int) -> str:
    """Return the date that many days after 1970-01-01; the year may have more than four digits, or a minus."""
    cycles, rest = divmod(days + date(1970, 1, 1).toordinal() - 1, _CYCLE)
    found = date.fromordinal(rest + 1)
    year = found.year + 400 * cycles
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{found.month:02d}-{found.day:02d}"


_CONVERTED: Final[Mapping[type | tuple[type, ...], Callable[[Any], Json]]] = {
    (pa.DictionaryScalar, pa.RunEndEncodedScalar, pa.UnionScalar): lambda scalar: _value(scalar.value),
    pa.ExtensionScalar: _extension,
    pa.MonthDayNanoIntervalScalar: lambda scalar: _interval(*scalar.as_py()),
    pa.MapScalar: _map,  # before the lists, of which it is one
    pa.StructScalar: _struct,
    (
        pa.ListScalar,
        pa.LargeListScalar,
        pa.FixedSizeListScalar,
        pa.ListViewScalar,
        pa.LargeListViewScalar,
    ): _list,
    pa.FloatScalar: _short_float,
    pa.TimestampScalar: _timestamp,
    pa.Date32Scalar: lambda scalar: _day(scalar.value),
    pa.Date64Scalar: lambda scalar: _day(scalar.value // (1000 * _DAY)),
    pa.Time32Scalar: _time,
    pa.Time64Scalar: _time,
    pa.DurationScalar: _duration,
}
