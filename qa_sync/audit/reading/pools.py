"""Thread pools for reading, which an interruption does not wait for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def reading_pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool whose threads only read; after an interruption they may go on until the program exits."""
    pool = ThreadPoolExecutor(threads)
    waits = True
    try:
        yield pool
    except KeyboardInterrupt:
        waits = False
        raise
    finally:
        pool.shutdown(wait=waits, cancel_futures=not waits)
