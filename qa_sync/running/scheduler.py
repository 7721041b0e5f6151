"""Runs the scenarios of a section in parallel, in one thread: they wait together, and one cycle of the sync serves all.

Source: docs/explanation/waiting.rst, "Scenarios in parallel".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from typing import Generic, TypeAlias, TypeVar

from qa_sync.errors import InternalError, QaSyncError
from qa_sync.running.environment import Environment
from qa_sync.running.needs import Cycle, DuringCycle, Need, Pause, Satisfied

E = TypeVar("E")

Steps = Generator[E | Need, Satisfied, None]
"""The events of a scenario, and what it waits for in between."""

RunDuring: TypeAlias = Callable[[Sequence[DuringCycle]], Sequence[bool]]

TOGETHER_S = 0.5
"""Pauses that end within so many seconds end together, so that the lists of one poll serve several scenarios."""


class _Lane(Generic[E]):
    """A running scenario: what it waits for (None: nothing), and the answer or the error that it gets then."""

    def __init__(self, steps: Steps[E]) -> None:
        self.steps = steps
        self.need: Need | None = None
        self.due: datetime | None = None
        self.answer: Satisfied | None = None
        self.error: QaSyncError | None = None
        self.has_ended = False

    @property
    def pause(self) -> Pause:
        """The pause that it waits for; raises TypeError when it waits for something else."""
        if not isinstance(self.need, Pause):
            raise TypeError("the scenario does not wait for time to pass")
        return self.need

    def resume(self, answer: Satisfied, error: QaSyncError | None = None) -> None:
        """Resume the scenario."""
        self.need, self.due, self.answer, self.error = None, None, answer, error

    def next(self) -> E | Need | None:
        """Return the next event or need, None at the end."""
        answer, error, self.answer, self.error = self.answer, self.error, None, None
        try:
            if error:
                return self.steps.throw(error)
            return next(self.steps) if answer is None else self.steps.send(answer)
        except StopIteration:
            self.has_ended = True
            return None


class Scheduler(Generic[E]):
    """Runs the scenarios; `begin_tick` is called whenever the sync may have written.

    A scenario that does not wait goes on, in the order of the checklist. When all wait, first the pauses pass that no
    cycle may begin in, and then one cycle runs for all that need one.
    """

    def __init__(self, environment: Environment, scenarios: Iterable[Steps[E]], begin_tick: Callable[[], None]) -> None:
        self._environment = environment
        self._lanes = [_Lane(steps) for steps in scenarios]
        self._begin_tick = begin_tick

    def events(self) -> Generator[E, None, None]:
        """Yield the events of all scenarios; closes them when it is closed."""
        with ExitStack() as exits:
            for lane in self._lanes:
                exits.enter_context(closing(lane.steps))
            while self._lanes:
                for lane in self._lanes:
                    if lane.need is None:
                        yield from self._advance(lane)
                self._lanes = [lane for lane in self._lanes if not lane.has_ended]
                if self._lanes:
                    self._satisfy()
                    self._begin_tick()

    def _advance(self, lane: _Lane[E]) -> Iterator[E]:
        """Resume a scenario until it waits or ends."""
        while (found := lane.next()) is not None:
            if not isinstance(found, Pause | Cycle | DuringCycle):
                yield found
                continue
            lane.need = found
            if isinstance(found, Pause) and len(self._lanes) > 1:
                lane.due = self._environment.clock.now() + timedelta(seconds=found.seconds)
            return

    def _satisfy(self) -> None:
        """Let time pass, or a cycle run; then resume those that waited for it."""
        pauses = [lane for lane in self._lanes if isinstance(lane.need, Pause)]
        first = [lane for lane in pauses if lane.pause.held or self._is_over(lane)]
        if first or len(pauses) == len(self._lanes):
            self._pass_time(first or pauses)
        else:
            self._run_cycle([lane for lane in self._lanes if lane not in pauses])

    def _is_over(self, lane: _Lane[E]) -> bool:
        return lane.due is not None and lane.due <= self._environment.clock.now()

    def _pass_time(self, lanes: Sequence[_Lane[E]]) -> None:
        """Wait until the first pauses end, and those that end soon after."""
        clock, sync_clock = self._environment.clock, self._environment.sync_clock
        if len(self._lanes) == 1 and lanes[0].due is None:
            (lane,) = lanes
            clock.sleep(lane.pause.seconds)
            lane.resume(Satisfied(sync_clock.now()))
            return
        now = clock.now()
        due = {lane: lane.due or now + timedelta(seconds=lane.pause.seconds) for lane in lanes}
        latest = min(due.values()) + timedelta(seconds=TOGETHER_S)
        latest = min([latest, *(end for lane, end in due.items() if lane.pause.exact)])
        together = [lane for lane, end in due.items() if end <= latest]
        clock.sleep(max(0.0, (max(due[lane] for lane in together) - now).total_seconds()))
        later, now = clock.now(), sync_clock.now()
        for lane in together:
            lane.resume(Satisfied(now - (later - due[lane])))

    def _run_cycle(self, lanes: Sequence[_Lane[E]]) -> None:
        """Run a cycle; the scenarios that need it at once have one of their own, where that can be."""
        control = self._environment.control
        at_once = [lane for lane in lanes if isinstance(lane.need, Cycle) and lane.need.at_once]
        during = [lane for lane in lanes if isinstance(lane.need, DuringCycle)]
        if at_once and control.run_at_once:
            self._serve(at_once, control.run_at_once)
        elif during and control.run_during:
            self._serve_during(lanes, during, control.run_during)
        else:
            self._serve(lanes, self._environment.let_sync_work)

    def _serve(self, lanes: Sequence[_Lane[E]], run: Callable[[], None]) -> bool:
        """Run a cycle; its error is that of every scenario that needs it. Return whether there was none."""
        error: QaSyncError | None = None
        try:
            run()
        except InternalError:
            raise
        except QaSyncError as raised:
            error = raised
        at = self._environment.sync_clock.now()
        for lane in lanes:
            lane.resume(Satisfied(at), error)
        return error is None

    def _serve_during(self, lanes: Sequence[_Lane[E]], during: Sequence[_Lane[E]], run_during: RunDuring) -> None:
        """Run a cycle with what is to be done meanwhile; the error of one scenario is not that of the others."""
        errors: dict[int, QaSyncError] = {}
        needs = [lane.need for lane in during]
        noting = [
            DuringCycle(_noting(errors, number, need.action), need.ids)
            for number, need in enumerate(needs)
            if isinstance(need, DuringCycle)
        ]
        in_time: list[bool] = []
        if self._serve(lanes, lambda: in_time.extend(run_during(noting))):
            at = self._environment.sync_clock.now()
            for number, lane in enumerate(during):
                lane.resume(Satisfied(at, in_time[number]), errors.get(number))


def _noting(errors: dict[int, QaSyncError], number: int, action: Callable[[], None]) -> Callable[[], None]:
    """Return the action; its error is noted instead of raised."""

    def call() -> None:
        try:
            action()
        except InternalError:
            raise
        except QaSyncError as error:
            errors[number] = error

    return call
