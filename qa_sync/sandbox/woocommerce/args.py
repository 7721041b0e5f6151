"""The argument checks of WordPress: types, choices, bounds, and one error with all problems.

A single call validates strictly. A batch does not validate, and converts what it can
(docs/explanation/vendors/woocommerce.rst, "Money as measured").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.errors import refuse

TRUTHS = {"1": True, "true": True, "0": False, "false": False}
LOOSE_TRUTHS = ("1", "true", "yes", "on")
EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]+")


def is_email(text: str) -> bool:
    """Return the result of WordPress' `is_email`."""
    return EMAIL.fullmatch(text) is not None


class Arg(Struct, frozen=True):
    """One argument; `kind` is WordPress' type, `email` or `date` too; `fields` of an object, `of` of an array."""

    kind: str = "string"
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    fields: Mapping[str, Arg] = field(default_factory=dict)
    of: Arg | None = None
    nullable: bool = False


DATE_ARGS: Mapping[str, Arg] = {
    **dict.fromkeys(("after", "before", "modified_after", "modified_before"), Arg("date")),
    "dates_are_gmt": Arg("boolean"),
}


class Invalid(ValueError):
    """An invalid argument: WordPress' code, its message, and its details."""

    def __init__(self, code: str, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def checked(args: Mapping[str, Arg], given: Mapping[str, Any]) -> Doc:
    """Return the known arguments in their types; a top-level null is valid. Raises 400 `rest_invalid_param`."""
    fine: Doc = {}
    wrong: dict[str, Invalid] = {}
    for name, arg in args.items():
        if name not in given:
            continue
        try:
            fine[name] = None if given[name] is None else _typed(arg, given[name], name)
        except Invalid as problem:
            wrong[name] = problem
    if wrong:
        raise _invalid(wrong)
    return fine


def _invalid(wrong: Mapping[str, Invalid]) -> Rejection:
    details = {n: {"code": p.code, "message": p.message, "data": p.data} for n, p in wrong.items()}
    params = {name: problem.message for name, problem in wrong.items()}
    message = f"Invalid parameter(s): {', '.join(wrong)}"
    return refuse(400, "rest_invalid_param", message, params=params, details=details)


def _typed(arg: Arg, value: Any, name: str) -> Any:
    if value is None and arg.nullable:
        return None
    typed = TYPES[arg.kind](arg, value, name)
    if arg.choices and typed not in arg.choices:
        listed = f"{', '.join(arg.choices[:-1])}, and {arg.choices[-1]}"
        raise Invalid("rest_not_in_enum", f"{name} is not one of {listed}.")
    return typed


def _wrong_type(name: str, kind: str) -> Invalid:
    return Invalid("rest_invalid_type", f"{name} is not of type {kind}.", {"param": name})


def _string(_arg: Arg, value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(name, "string")
    return value


def _email(arg: Arg, value: Any, name: str) -> str:
    text = _string(arg, value, name)
    if not is_email(text):
        raise Invalid("rest_invalid_email", "Invalid email address.")
    return text


def _date(arg: Arg, value: Any, name: str) -> str:
    text = _string(arg, value, name)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        text = ""
    if "T" not in text:
        raise Invalid("rest_invalid_date", "Invalid date.")
    return text


def _date_or_empty(arg: Arg, value: Any, name: str) -> str:
    return "" if value == "" else _date(arg, value, name)


def _integer(arg: Arg, value: Any, name: str) -> int:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool):
        raise _wrong_type(name, "integer")
    if (arg.low is not None and number < arg.low) or (arg.high is not None and number > arg.high):
        raise Invalid("rest_out_of_bounds", _bounds(arg, name))
    return number


def _bounds(arg: Arg, name: str) -> str:
    if arg.high is None:
        return f"{name} must be greater than or equal to {arg.low}"
    return f"{name} must be between {arg.low} (inclusive) and {arg.high} (inclusive)"


def _boolean(_arg: Arg, value: Any, name: str) -> bool:
    truth = TRUTHS.get(str(value).lower()) if isinstance(value, str | int) else None
    if truth is None:
        raise _wrong_type(name, "boolean")
    return truth


def _object(arg: Arg, value: Any, name: str) -> Doc:
    if not isinstance(value, dict):
        raise _wrong_type(name, "object")
    return {k: _typed(arg.fields[k], v, f"{name}[{k}]") if k in arg.fields else v for k, v in value.items()}


def _array(arg: Arg, value: Any, name: str) -> list[Any]:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list):
        raise _wrong_type(name, "array")
    return [_typed(arg.of, one, f"{name}[{n}]") if arg.of else one for n, one in enumerate(listed)]


TYPES: Mapping[str, Callable[[Arg, Any, str], Any]] = {
    "string": _string,
    "email": _email,
    "date": _date,
    "date or empty": _date_or_empty,
    "integer": _integer,
    "boolean": _boolean,
    "object": _object,
    "array": _array,
    "mixed": lambda _arg, value, _name: value,
}


def loose(args: Mapping[str, Arg], given: Mapping[str, Any]) -> Doc:
    """Return the known arguments as a batch takes them: converted or dropped, never rejected."""
    fitted = {name: _loose(arg, given[name]) for name, arg in args.items() if name in given}
    return {name: value for name, value in fitted.items() if value is not None or given[name] is None}


def _loose(arg: Arg, value: Any) -> Any:
    if value is None:
        return None
    if arg.kind == "object":
        return loose(arg.fields, value) if isinstance(value, dict) else None
    if arg.kind == "array":
        return _loose_list(arg, value) if isinstance(value, list) else None
    if arg.kind == "boolean":
        return str(value).lower() in LOOSE_TRUTHS
    return _loose_scalar(arg, value)


def _loose_list(arg: Arg, value: list[Any]) -> list[Any]:
    if arg.of is None:
        return value
    fitted = [_loose(arg.of, one) for one in value]
    return [one for one in fitted if one is not None]


def _loose_scalar(arg: Arg, value: Any) -> Any:
    if arg.kind == "integer":
        number = re.match(r"\s*-?\d+", str(value))
        return int(number.group()) if number else 0
    if arg.kind == "mixed":
        return value
    text = str(value) if isinstance(value, str | int | float) else ""
    return None if arg.choices and text not in arg.choices else text
