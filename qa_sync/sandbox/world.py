"""What every vendor's app is given: a store of its own, the time, and ids that a seed decides."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from qa_sync.sandbox.store import Store


class World(Struct, frozen=True):
    """One vendor's surroundings; `now` answers in UTC, `rng` is the only source of chance."""

    store: Store
    now: Callable[[], datetime]
    rng: random.Random

    def guid(self) -> str:
        """Return the next id that looks like a version 4 GUID."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def new_world(vendor: str, now: Callable[[], datetime], seed: str) -> World:
    """Return a fresh world; two with the same vendor and seed give the same ids."""
    return World(Store(), now, random.Random(f"{vendor}/{seed}"))  # noqa: S311 - repeatable ids, no secrets
