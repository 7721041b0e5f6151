"""Print how long 1,000 documents of the family's shape take to read and to lint, and how long docutils takes for them.

Run as `python tests/bench/reading.py [count]`. Reading is measured in this process and must take at most 0.2 of
docutils' time; `qa-sync lint` is a process of its own, start-up and output included, and must take at most 0.1.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "dataflow")]

from dataflow_documents import document, render  # noqa: E402
from docutils.core import publish_doctree  # noqa: E402

from qa_sync.dataflow.reader import read_dataflow  # noqa: E402

# Sections per document as in the family: a fifth has none, the median is 3, the largest has 93.
SECTIONS = (0, 0, 1, 1, 2, 3, 3, 4, 6, 9)
SETTINGS = {"report_level": 5, "halt_level": 5, "file_insertion_enabled": False, "raw_enabled": False}


def documents(count: int) -> list[str]:
    """Return made-up documents, always the same ones."""
    random = Random(2024)  # noqa: S311
    sizes = [93 if i % 500 == 499 else random.choice(SECTIONS) for i in range(count)]
    return [render(document(random, size))[0].replace("\n", "\r\n") for size in sizes]


def seconds(work: Callable[[str], object], texts: Iterable[str]) -> float:
    """Return how long the work takes for all texts."""
    start = time.perf_counter()
    for text in texts:
        work(text)
    return time.perf_counter() - start


def measure(count: int) -> tuple[float, float]:
    """Return the seconds that our reader and docutils take; both are warm."""
    texts = documents(count)
    seconds(lambda text: read_dataflow(text, "x.rst"), texts[:10])
    seconds(_docutils, texts[:10])
    return seconds(lambda text: read_dataflow(text, "x.rst"), texts), seconds(_docutils, texts)


def lint_seconds(texts: Iterable[str]) -> float:
    """Return how long `qa-sync lint` takes for a folder of the texts, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            (Path(folder) / f"a{number}-b{number}.rst").write_text(text, encoding="utf-8", newline="")
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "qa_sync", "lint", folder], cwd=ROOT, stdout=subprocess.DEVNULL, check=False
        )
        took = time.perf_counter() - start
    if done.returncode > 1:
        raise SystemExit("qa-sync lint could not read the documents")
    return took


def _docutils(text: str) -> object:
    return publish_doctree(text, settings_overrides=SETTINGS)


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    sizes_kb = sorted(len(text) / 1000 for text in documents(number))
    ours, theirs = measure(number)
    print(f"{number} documents, median {sizes_kb[number // 2]:.1f} KB, largest {sizes_kb[-1]:.1f} KB")
    print(f"read_dataflow {ours:.2f} s, publish_doctree {theirs:.2f} s, ratio {ours / theirs:.3f} (bar 0.2)")
    lint = min(lint_seconds(documents(number)) for _ in range(3))
    print(f"qa-sync lint  {lint:.2f} s, publish_doctree {theirs:.2f} s, ratio {lint / theirs:.3f} (bar 0.1)")
