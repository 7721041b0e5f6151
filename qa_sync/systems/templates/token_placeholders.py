"""What templates see of a token: stand-ins while a request is made, its own members when it is signed.

Source: facts/SESAM.md 1.6. A request that is recorded, told of or compared with another so never has a token in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, SupportsIndex
from urllib.parse import quote

from qa_sync.values import paths
from qa_sync.values.form import Json

STAND_IN: Final = re.compile(r"~token~([A-Za-z0-9_.-]+)~")
"""Made of characters that neither a url nor JSON nor a form escapes."""
PATH: Final = r"\1"

Learn = Callable[[str, Json], None]


class StandIn(str):
    """Stands for a member of a token; every text can be made of it that can be made of a text."""

    __slots__ = ()

    def __getitem__(self, at: SupportsIndex | slice | str) -> str:
        return _stand_in(f"{STAND_IN.sub(PATH, self)}.{at}") if isinstance(at, str) else super().__getitem__(at)


def _stand_in(path: str) -> StandIn:
    return StandIn(f"~token~{path}~")


class Unknown(str):
    """A text in place of something confidential, of which nothing is known: its members are as confidential."""

    __slots__ = ()

    def __getitem__(self, at: SupportsIndex | slice | str) -> str:
        return self if isinstance(at, str) else super().__getitem__(at)


class StandIns(Mapping[str, StandIn]):
    """A token of which nothing is known yet: it has every member."""

    def __getitem__(self, name: str) -> StandIn:
        return _stand_in(name)

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True


class Watched(Mapping[str, Json]):
    """A token; tells `learn` of each member that it is asked for, by its path, and notes those that are `missing`."""

    def __init__(
        self,
        members: Mapping[str, Json],
        learn: Learn,
        path: str = "",
        missing: list[str] | None = None,
        *,
        quoted: bool = False,
    ) -> None:
        self._members = members
        self._learn = learn
        self._path = path
        self._quoted = quoted
        self.missing: list[str] = [] if missing is None else missing

    def __getitem__(self, name: str) -> Json:
        path = f"{self._path}{name}"
        if name not in self._members:
            self.missing.append(path)
        value = self._members[name]
        self._learn(path, value)
        if isinstance(value, Mapping):
            return Watched(value, self._learn, f"{path}.", self.missing, quoted=self._quoted)
        return quote(value, safe="") if self._quoted and isinstance(value, str) else value

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def quoted(self) -> Watched:
        """Return the token as its members stand in a url."""
        return Watched(self._members, self._learn, self._path, self.missing, quoted=True)

    def filled(self, url: str) -> str:
        """Return a url with what it has stand-ins for."""
        return STAND_IN.sub(lambda match: str(paths.read(self.quoted(), match[1])), url)
