"""A caller for each vendor, as a fixture."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_caller import Caller, HandClock

from qa_sync.sandbox.vendors import VENDORS


def _caller(name: str, clock: HandClock) -> Any:
    caller = Caller(VENDORS[name], clock)
    yield caller
    caller.loop.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def wix(clock: HandClock) -> Any:
    yield from _caller("wix", clock)


@pytest.fixture
def woo(clock: HandClock) -> Any:
    yield from _caller("woocommerce", clock)


@pytest.fixture
def erp(clock: HandClock) -> Any:
    yield from _caller("customerp", clock)


@pytest.fixture
def webshop(clock: HandClock) -> Any:
    yield from _caller("customwebshop", clock)
