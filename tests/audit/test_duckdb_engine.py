"""The DuckDB engine, where it is not what `Engine` says by itself."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from qa_sync.audit.engine import Engine, Needs, start_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    started = start_engine("duckdb", Needs("500MB", tmp_path))
    yield started
    started.close()


@pytest.mark.parametrize("asked", [lambda e, t: e.row(t), lambda e, t: e.keep(t)])
def test_ctrl_c_ends_a_query(engine: Engine, asked: Callable[[Engine, Any], object]) -> None:
    numbers = engine.put(pa.table({"n": range(200_000)}))
    endless = numbers.cross_join(numbers.rename(m="n"))
    endless = endless.aggregate(s=(endless.n * endless.m).sum())
    ctrl_c = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt):
        asked(engine, endless)
    ctrl_c.join()
