"""Merges the event streams of several threads into one; every stream ends before the merged stream does."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread
from typing import Final, TypeAlias

from msgspec import Struct

from qa_sync.running.events import Event

LOOK_S: Final = 0.2
"""How often the main thread checks whether to wait longer for an interrupted run."""

Stream: TypeAlias = Callable[[], Generator[Event, None, None]]


class _ThreadEnded(Struct, frozen=True):
    """A thread has ended; `error` is its exception, if any."""

    error: BaseException | None = None


EventQueue: TypeAlias = "SimpleQueue[Event | _ThreadEnded]"


def merge_streams(
    streams: Iterable[Stream], count: int, stop: Flag, is_silent: Callable[[], bool] | None = None
) -> Iterator[Event]:
    """Yield the events of all streams; `count` streams run at once, started in the given order.

    On an interruption, `stop` is set, every started stream gets a KeyboardInterrupt, its last events are yielded, and
    then the interruption is raised; streams that have not ended when `is_silent` returns True are abandoned. An error
    in one stream ends the others in the same way.
    """
    events_queue: EventQueue = SimpleQueue()
    waiting = _Waiting(streams)
    # Daemon threads, so that a second Ctrl-C exits immediately.
    threads = [Thread(target=_run_streams, args=(waiting, events_queue, stop), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    running = _RunningThreads(events_queue, len(threads))
    try:
        yield from running.events()
    except GeneratorExit:
        stop.set()
        for thread in threads:
            thread.join()
        raise
    except KeyboardInterrupt:
        stop.set()
        yield from running.last_events(is_silent) if is_silent else running.events()
        raise
    if running.error is not None:
        raise running.error


class _Waiting:
    """The streams that have not started; each is made when it starts."""

    def __init__(self, streams: Iterable[Stream]) -> None:
        self._streams = iter(streams)
        self._lock = Lock()

    def next(self) -> Stream | None:
        """Return the next stream, None after the last one."""
        with self._lock:
            return next(self._streams, None)


@dataclass(slots=True)
class _RunningThreads:
    """The number of running threads, and the first error of the others."""

    events_queue: EventQueue
    still_running: int
    error: BaseException | None = None

    def events(self) -> Iterator[Event]:
        while self.still_running:
            yield from self._event(self.events_queue.get())

    def last_events(self, is_silent: Callable[[], bool]) -> Iterator[Event]:
        """Yield the events of the running streams until they end or `is_silent` returns True."""
        while self.still_running and not is_silent():
            with suppress(Empty):
                yield from self._event(self.events_queue.get(timeout=LOOK_S))

    def _event(self, item: Event | _ThreadEnded) -> Iterator[Event]:
        if isinstance(item, _ThreadEnded):
            self.still_running -= 1
            self.error = self.error or item.error
        else:
            yield item


def _run_streams(waiting: _Waiting, events_queue: EventQueue, stop: Flag) -> None:
    error: BaseException | None = None
    try:
        while not stop.is_set() and (stream := waiting.next()):
            _forward(stream(), events_queue, stop)
    except KeyboardInterrupt:
        pass  # the way a stopped stream ends
    except BaseException as raised:  # noqa: BLE001 - raised again by the consuming thread
        error = raised
        stop.set()
    finally:
        events_queue.put(_ThreadEnded(error))


def _forward(events: Generator[Event, None, None], events_queue: EventQueue, stop: Flag) -> None:
    for event in events:
        events_queue.put(event)
        if stop.is_set():
            events_queue.put(events.throw(KeyboardInterrupt))
