"""Thread pools for reading, which an interruption does not wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
Item = TypeVar("Item")


class ReadingPool:
    """Threads that only read; unlike those of the standard library they do not hold up the end of the program."""

    def __init__(self, threads: int) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, read: Callable[..., T], *arguments: object) -> Future[T]:
        """Let a thread call `read`; return the future result."""
        future: Future[T] = Future()

        def job() -> None:
            try:
                future.set_result(read(*arguments))
            except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
                future.set_exception(error)

        self._jobs.put(job)
        return future

    def map(self, read: Callable[[Item], T], items: Iterable[Item]) -> Iterator[T]:
        """Yield the results in the order of the items, which are all read at once."""
        futures = [self.submit(read, item) for item in items]
        return (future.result() for future in futures)

    def close(self) -> None:
        """Wait until everything is read."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


@contextmanager
def reading_pool(threads: int) -> Iterator[ReadingPool]:
    """Yield a pool; after an interruption its threads may go on until the program exits."""
    pool = ReadingPool(threads)
    try:
        yield pool
    except KeyboardInterrupt:
        raise
    except BaseException:
        pool.close()
        raise
    pool.close()
