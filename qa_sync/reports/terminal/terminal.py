"""The terminal output of a run: progress on stderr, the report on stdout."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Literal, Protocol, TextIO, TypeAlias

from qa_sync.reports.shared.page_options import NARROWEST, OutputOptions, SourceLine, no_source_line
from qa_sync.reports.shared.text_layout import Line, text_of
from qa_sync.reports.terminal import rich_display
from qa_sync.reports.terminal.final_report import end_report
from qa_sync.reports.terminal.progress import PlainProgress, RunProgress
from qa_sync.running.events import Event, RunStarted
from qa_sync.running.results import Results

if TYPE_CHECKING:
    from qa_sync.reports.terminal.observe_display import LiveObservation, PlainObservation
    from qa_sync.reports.terminal.rich_display import Console, Live, Segments

Color: TypeAlias = Literal["auto", "always", "never"]

DEFAULT_WIDTH = 80
DEFAULT_HEIGHT = 24
SHOW_AFTER_S = {"live": 0.0, "record": 0.0}
"""Seconds before the live display appears, by mode.

A replay is usually over before its display could be read, and importing rich takes 50 ms.
"""
DEFAULT_SHOW_AFTER_S = 1.0


class Progress(Protocol):
    """Shows the progress of a run: receives every event, and is closed at the end."""

    def handle(self, event: Event) -> None:
        """Process an event."""

    def close(self) -> None:
        """Remove the display."""


class Terminal:
    """Writes progress and the report to the two streams of a command line.

    With `color` `auto`, a stream is colored when it is a terminal, `TERM` is not `dumb` and `NO_COLOR` is empty.
    `quiet` omits progress and tables, `verbose` adds a line per check and repeats every reason. `width` is in terminal
    cells (None: `COLUMNS`, else the width of the terminal, else 80).
    """

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        *,
        color: Color = "auto",
        quiet: bool = False,
        verbose: bool = False,
        width: int | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._out = out
        self._err = err
        self._color = color
        self._quiet = quiet
        self._verbose = verbose
        self._width = width
        self._environ = environ

    def follow(self, events: Iterable[Event]) -> Iterator[Event]:
        """Pass events through while showing the progress."""
        progress = self._progress()
        try:
            for event in events:
                if progress:
                    progress.handle(event)
                yield event
        finally:
            if progress:
                progress.close()

    def observation(self, notify: Callable[[str], None]) -> LiveObservation | PlainObservation:
        """Return what shows the progress of an observation: a display, or without a terminal lines for `notify`."""
        from qa_sync.reports.terminal.observe_display import (  # noqa: PLC0415 - only observations need it
            LiveObservation,
            PlainObservation,
        )

        if self._quiet or not self._is_live(self._err):
            return PlainObservation(notify)
        return LiveObservation(lambda: self._console(self._err), self._output(self._err))

    def report(self, results: Results, source_line: SourceLine = no_source_line) -> None:
        """Print the report; `source_line` gives the lines of specs that failures quote."""
        lines = end_report(results, self._output(self._out, source_line))
        if self._colored(self._out):
            self._print_colored(lines)
        else:
            self._out.write(text_of(lines))
        self._out.flush()

    def _progress(self) -> Progress | None:
        if self._quiet:
            return None
        output = self._output(self._err)
        if not self._is_live(self._err):
            return PlainProgress(self._err, output)
        return LiveProgress(lambda: self._console(self._err), output)

    def _print_colored(self, lines: Iterable[Line]) -> None:
        self._console(self._out).print(rich_display.to_segments(lines), end="", soft_wrap=True)

    def _console(self, file: TextIO) -> Console:
        width = self._output(file).width
        return rich_display.console(file, is_live=self._is_live(file), colored=self._colored(file), width=width)

    def _output(self, file: TextIO, source_line: SourceLine = no_source_line) -> OutputOptions:
        return OutputOptions(
            width=max(NARROWEST, self._width or self._width_of(file)),
            encoding=getattr(file, "encoding", None) or "utf-8",
            quiet=self._quiet,
            verbose=self._verbose,
            source_line=source_line,
        )

    def _width_of(self, file: TextIO) -> int:
        columns = self._environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns):
            return int(columns)
        try:
            return os.get_terminal_size(file.fileno()).columns or DEFAULT_WIDTH
        except (OSError, ValueError):
            return DEFAULT_WIDTH

    def _is_live(self, file: TextIO) -> bool:
        return file.isatty() and self._environ.get("TERM") != "dumb"

    def _colored(self, file: TextIO) -> bool:
        if self._color == "auto":
            return self._is_live(file) and not self._environ.get("NO_COLOR")
        return self._color == "always"


class LiveProgress:
    """A live display of a few lines, removed at the end."""

    def __init__(
        self, console: Callable[[], Console], output: OutputOptions, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._output = output
        self._now = now
        self._show_after_s = DEFAULT_SHOW_AFTER_S
        self._tally = RunProgress(began=now())
        self._live: Live | None = None
        # Events come from one thread, the display is drawn by another.
        self._lock = Lock()

    def handle(self, event: Event) -> None:
        """Process an event; the next frame shows it."""
        now = self._now()
        with self._lock:
            self._tally.add(event, now)
        if isinstance(event, RunStarted):
            self._show_after_s = SHOW_AFTER_S.get(event.mode, DEFAULT_SHOW_AFTER_S)
        if self._live is None and now - self._tally.began >= self._show_after_s:
            self._live = self._start()

    def close(self) -> None:
        """Remove the display."""
        if self._live is not None:
            self._live.stop()

    def _start(self) -> Live:
        return rich_display.start_display(self._console(), self._render)

    def _render(self) -> Segments:
        from qa_sync.reports.terminal.live_view import live_lines  # noqa: PLC0415 - as above

        height = self._live.console.height if self._live else DEFAULT_HEIGHT
        with self._lock:
            return rich_display.to_segments(live_lines(self._tally, self._output, self._now(), height))
