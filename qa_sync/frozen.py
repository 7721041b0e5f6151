"""Frozen dataclasses with slots, as the standard library makes them, only sooner made.

The standard decorator compiles six functions a class; for some 130 classes that was a sixth of a replay's time. Here
`__init__` alone is compiled, and the rest are plain functions that all classes share. What modules that a replay does
not load are made of is the standard library's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Literal, TypeVar, cast, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def dataclass(*, frozen: Literal[True], slots: Literal[True], kw_only: bool = False) -> Callable[[type[T]], type[T]]:  # noqa: ARG001
    """Make a class what `dataclasses.dataclass(frozen=True, slots=True)` makes it; both are said, for who reads it.

    `replace`, `fields`, `asdict`, `match`, `copy` and `pickle` take it for a dataclass. A class with `__post_init__`,
    with fields that are not given, or below a dataclass of the standard library, is one for the standard decorator.
    """

    def made(cls: type[T]) -> type[T]:
        new: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
        compared = [field.name for field in dataclasses.fields(new) if field.compare]
        methods = {
            **_SHARED,
            "__init__": _init(new),
            "__values__": attrgetter(*compared) if compared else staticmethod(_none),
        }
        for name, method in methods.items():
            if name not in cls.__dict__:
                setattr(new, name, method)
        return cast("type[T]", new)

    return made


def _init(cls: type) -> Any:
    """Return the function that sets each field through its slot, which is there for that alone."""
    known: dict[str, object] = {"_MADE": _MADE}
    given, sets = [], []
    for field in sorted(dataclasses.fields(cls), key=lambda field: field.kw_only is True):
        name, value = field.name, field.name
        known[f"_set_{name}"] = getattr(cls, name).__set__
        if field.kw_only and "*" not in given:
            given.append("*")
        if field.default is not dataclasses.MISSING:
            known[f"_of_{name}"] = field.default
            given.append(f"{name}=_of_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_of_{name}"] = field.default_factory
            given.append(f"{name}=_MADE")
            value = f"_of_{name}() if {name} is _MADE else {name}"
        else:
            given.append(name)
        sets.append(f" _set_{name}(self, {value})")
    exec(f"def __init__(self, {', '.join(given)}):\n" + "\n".join(sets or [" pass"]), known)  # noqa: S102 - as in dataclasses
    init: Any = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


_MADE = object()
"""Stands for a value that the field's factory makes."""


def _none(_: object) -> tuple[()]:
    return ()


def _repr(self: Any) -> str:
    told = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(told)})"


def _eq(self: Any, other: Any) -> Any:
    if self.__class__ is not other.__class__:
        return NotImplemented
    return self.__values__(self) == self.__values__(other)


def _hash(self: Any) -> int:
    return hash(self.__values__(self))


def _setattr(_: object, name: str, value: object) -> None:  # noqa: ARG001 - Python's signature
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SHARED = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
