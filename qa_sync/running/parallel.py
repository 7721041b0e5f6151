"""Streams of events from several threads, told as one; whatever happens, every stream has come to its end before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import TypeAlias

from qa_sync.running.events import Event

Stream: TypeAlias = Callable[[], Generator[Event, None, None]]


@dataclass(frozen=True, slots=True)
class _Ended:
    """A thread has nothing more to do; `error` is what went wrong."""

    error: BaseException | None = None


Told: TypeAlias = "SimpleQueue[Event | _Ended]"


def side_by_side(streams: Sequence[Stream], count: int, stop: Flag) -> Iterator[Event]:
    """Yield the events of all streams, `count` of them at once, taken in the given order.

    When the run is interrupted, `stop` is set, every stream that has begun is told (by a KeyboardInterrupt), its last
    events are yielded, and then the interruption is raised. An error in one stream ends the others in the same way.
    """
    told: Told = SimpleQueue()
    waiting = deque(streams)
    # Daemons: a second Ctrl-C leaves at once, whatever they are waiting for.
    threads = [Thread(target=_work, args=(waiting, told, stop), daemon=True) for _ in range(min(count, len(streams)))]
    for thread in threads:
        thread.start()
    open_ends = _Ends(told, len(threads))
    try:
        yield from open_ends.events()
    except GeneratorExit:
        stop.set()
        for thread in threads:
            thread.join()
        raise
    except KeyboardInterrupt:
        stop.set()
        yield from open_ends.events()
        raise
    if open_ends.error is not None:
        raise open_ends.error


@dataclass(slots=True)
class _Ends:
    """How many threads are still at work, and the first error of those that are not."""

    told: Told
    left: int
    error: BaseException | None = None

    def events(self) -> Iterator[Event]:
        while self.left:
            item = self.told.get()
            if isinstance(item, _Ended):
                self.left -= 1
                self.error = self.error or item.error
            else:
                yield item


def _work(waiting: deque[Stream], told: Told, stop: Flag) -> None:
    error: BaseException | None = None
    try:
        while waiting and not stop.is_set():
            if stream := _next(waiting):
                _tell(stream(), told, stop)
    except KeyboardInterrupt:
        pass  # that is how a stream ends when it was told to stop
    except BaseException as wrong:  # noqa: BLE001 - raised again by the thread that listens
        error = wrong
        stop.set()
    finally:
        told.put(_Ended(error))


def _next(waiting: deque[Stream]) -> Stream | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None  # another thread was quicker


def _tell(events: Generator[Event, None, None], told: Told, stop: Flag) -> None:
    for event in events:
        told.put(event)
        if stop.is_set():
            told.put(events.throw(KeyboardInterrupt))
