"""Our frozen dataclasses are what the standard library's are."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Generic, TypeVar

import pytest

from qa_sync.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ours:
    """With a default, a factory, and a field that is not compared."""

    name: str
    size: int = 3
    members: Mapping[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)

    @property
    def twice(self) -> int:
        """Twice the size."""
        return 2 * self.size


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same."""

    name: str
    size: int = 3
    members: Mapping[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """By keyword only."""

    a: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Below(Base):
    """Below another."""

    b: int = 2


@dataclass(frozen=True, slots=True)
class Nothing:
    """Without any field."""


@dataclass(frozen=True, slots=True)
class Holds(Generic[T]):
    """One value of any kind."""

    value: T


def test_it_is_made_told_and_compared_as_the_standard_one() -> None:
    for given in (("x",), ("x", 4), ("x", 4, {"y": 1}, "z")):
        ours, theirs = Ours(*given), Theirs(*given)
        assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
        assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert Ours("x", note="a") == Ours("x", note="b") != Ours("y")
    assert Ours("x").members is not Ours("x").members
    assert Ours("x") != Theirs("x")  # type: ignore[comparison-overlap]
    assert Ours("x").twice == 6
    assert (Ours.__slots__, Ours.__match_args__) == (Theirs.__slots__, Theirs.__match_args__)


def test_it_can_be_a_key_when_its_values_can() -> None:
    assert {Holds(1): "a", Holds(2): "b"}[Holds(2)] == "b"
    assert {Nothing(): 1}[Nothing()] == 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(Ours("x"))


def test_nothing_can_be_assigned_or_deleted_or_added() -> None:
    ours: Any = Ours("x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        ours.name = "y"
    with pytest.raises(dataclasses.FrozenInstanceError):
        ours.other = "y"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del ours.name
    assert ours == Ours("x")


def test_it_is_copied_replaced_pickled_and_matched() -> None:
    ours = Ours("x", 4, {"y": 1})
    assert copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours)) == copy.copy(ours) == ours  # noqa: S301 - our own
    assert dataclasses.replace(ours, size=5) == Ours("x", 5, {"y": 1})
    match ours:
        case Ours(name, size):
            assert (name, size) == ("x", 4)


def test_keywords_and_inheritance() -> None:
    assert (Below(a=1).a, Below(a=1).b, repr(Below(a=1, b=3))) == (1, 2, "Below(a=1, b=3)")
    assert Below(a=1) != Base(a=1)
    with pytest.raises(TypeError):
        Below(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]
