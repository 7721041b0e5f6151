"""`python tests/readme_picture.py` draws the README's picture, `.readme/run.svg`: the report of a real run.

The run is that of `COMMAND`, in the sandbox, as the terminal report shows it in a window of 96 columns.
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / ".readme" / "run.svg"
WANTED = "Products and (create or unique or brand or isolated)"
COMMAND = f"qa-sync check specs/000.txt --mode sandbox --fault one-way -k '{WANTED}'"
COLUMNS = 96


def report() -> str:
    """Return the terminal output of the command, with its colors."""
    words = [*shlex.split(COMMAND)[1:], "--color", "always", "--no-history"]
    environ = {"COLUMNS": str(COLUMNS), "PATH": "", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "qa_sync", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, encoding="utf-8")
    if done.returncode != 1:
        raise SystemExit(f"expected failures, got exit code {done.returncode}: {done.stderr}")
    return done.stdout


def drawn(reported: str) -> str:
    """Return the picture; without the web font, so that nothing is fetched to show it."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(Text(f"$ {COMMAND}", style="bold"), Text.from_ansi(reported), sep="\n\n")
    svg = console.export_svg(title="qa-sync", theme=MONOKAI, unique_id="run")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def main() -> None:
    """Draw it."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(report()), encoding="utf-8")


if __name__ == "__main__":
    main()
