"""The environment of a vendor's app: a store of its own, the time, and ids derived from a seed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from qa_sync.sandbox.store import Store


class World(Struct, frozen=True):
    """The environment of one vendor; `now` returns UTC, `rng` is the only source of randomness."""

    store: Store
    now: Callable[[], datetime]
    rng: random.Random

    def guid(self) -> str:
        """Return the next id, in the form of a version 4 UUID."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def new_world(vendor: str, now: Callable[[], datetime], seed: str) -> World:
    """Return a new world; the same vendor and seed give the same ids."""
    return World(Store(), now, random.Random(f"{vendor}/{seed}"))  # noqa: S311 - repeatable ids, no secrets
