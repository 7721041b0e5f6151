"""Colors and live displays with rich.

The only module that imports rich, inside functions and only for colors or a live display: a pipe needs neither, and
importing it takes longer than replaying a spec.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

from qa_sync.reports.shared.text_layout import Line, Style

if TYPE_CHECKING:
    from rich.console import Console as Console  # noqa: PLC0414 - others name it from here
    from rich.live import Live as Live  # noqa: PLC0414 - others name it from here
    from rich.segment import Segments as Segments  # noqa: PLC0414 - others name it from here

STYLES = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.QUIET: "dim",
    Style.PASSED: "green",
    Style.FAILED: "bold red",
    Style.ERROR: "bold magenta",
    Style.SKIPPED: "dim",
    Style.MANUAL: "yellow",
    Style.EXPECTED: "bold green",
    Style.ACTUAL: "bold red",
}
"""Only the sixteen colors of the terminal's theme, which are readable on light and dark backgrounds."""

FRAMES_A_SECOND = 8


def console(file: TextIO, *, is_live: bool, colored: bool, width: int) -> Console:
    """Return a console that interprets nothing in what it prints."""
    from rich.console import Console  # noqa: PLC0415 - startup speed, see above

    return Console(
        file=file,
        force_terminal=is_live,
        color_system="standard" if colored else None,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
    )


def start_display(console: Console, render: Callable[[], Segments]) -> Live:
    """Show lines that are drawn again several times a second, and removed at the end."""
    from rich.live import Live  # noqa: PLC0415 - startup speed, see above

    live = Live(
        get_renderable=render,
        console=console,
        transient=True,
        refresh_per_second=FRAMES_A_SECOND,
        redirect_stdout=False,
    )
    live.start()
    return live


def to_segments(lines: Iterable[Line]) -> Segments:
    """Return lines as rich segments, not as markup, so that no text in them is interpreted."""
    from rich.segment import Segment, Segments  # noqa: PLC0415 - startup speed, see above
    from rich.style import Style as RichStyle  # noqa: PLC0415

    styles = {style: RichStyle.parse(words) for style, words in STYLES.items()}
    segments = []
    for line in lines:
        segments += [Segment(text, styles[style]) for text, style in line]
        segments.append(Segment.line())
    return Segments(segments)
