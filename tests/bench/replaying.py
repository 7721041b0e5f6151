"""Print how long it takes to load and to replay 100, 1,000 and 10,000 interactions: ours, the floor, stock vcrpy.

Run as `python tests/bench/replaying.py [count...]`. The floor is what no one can do without: `json.loads` of the file,
and the same requests through httpx to a transport that answers them at once. Loading must take at most 3 times its
floor, and loading and replaying together at most 1.5 times theirs, at every size. Stock vcrpy reads the same files; it
is asked up to 1,000 only, because its lookup is quadratic. All figures are CPU time; each but vcrpy's is the best of
three, taken in turns.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

import httpx  # noqa: E402
import vcr  # noqa: E402
from vcr.cassette import Cassette  # noqa: E402
from vcr.serializers import jsonserializer  # noqa: E402

from qa_sync.systems.recording.cassettes import CassetteLabel  # noqa: E402
from qa_sync.systems.recording.player import ExpectedLabel, ReplayTransport, load_cassette  # noqa: E402
from qa_sync.systems.recording.recorder import CassetteRecorder, RecordingTransport  # noqa: E402

COUNTS = (100, 1_000, 10_000)
MOST_FOR_VCRPY = 1_000
TURNS = 3
URL = "https://api.example.test/contacts"
LABEL = CassetteLabel("seed", datetime(2024, 11, 13, 9, 0, tzinfo=UTC), {"wix": "f"}, "section", {"wix": URL})
EXPECTED = ExpectedLabel(LABEL.connectors, LABEL.spec, "specs/000.txt")


def contact(number: int) -> dict[str, object]:
    """Return a record as large as those in `cassettes/` are in the middle, about 1.5 kB."""
    text = f"q{number:06} \u017dofie \\ \u00e7\u00e0 & fils \U0001d7d8"
    address = {"addressLine": text, "addressLine2": text, "city": text, "postalCode": "0150", "country": "NO"}
    items = [{"id": f"{number:06}-{n}", "tag": "BILLING", "address": address} for n in range(3)]
    info = {"name": {"first": text, "last": text}, "jobTitle": text, "addresses": {"items": items}}
    return {"id": f"c-{number:06}", "revision": 1, "createdDate": "2024-11-13T09:00:00.000Z", "info": info}


def ask(client: httpx.Client, count: int) -> None:
    """Ask what a section asks: a create with a body, then what came of it, two by two."""
    for number in range(count // 2):
        client.post(URL, json={"info": contact(number)["info"]}).raise_for_status()
        client.get(f"{URL}/c-{number:06}").raise_for_status()


def record(path: Path, count: int) -> None:
    """Write a cassette of so many interactions as `--mode record` does."""

    def vendor(request: httpx.Request) -> httpx.Response:
        number = json.loads(request.content)["info"]["name"]["first"][1:7] if request.content else str(request.url)[-6:]
        return httpx.Response(200, json={"contact": contact(int(number))})

    cassette = CassetteRecorder(path, LABEL)
    with httpx.Client(transport=RecordingTransport(httpx.MockTransport(vendor), cassette)) as client:
        ask(client, count)
    cassette.save()


def seconds(work: Callable[[], object]) -> float:
    """Return how many seconds of CPU time the work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def ours(path: Path, count: int) -> tuple[float, float]:
    """Return how long we take to load a cassette, and to replay all of it."""
    began = time.process_time()
    cassette = load_cassette(path, EXPECTED)
    loaded = time.process_time()
    with httpx.Client(transport=ReplayTransport(cassette)) as client:
        ask(client, count)
    replayed = time.process_time()
    if cassette.unused_requests():
        raise SystemExit("not everything was replayed")
    return loaded - began, replayed - loaded


def stock(path: Path, count: int) -> tuple[float, float]:
    """Return the same of vcrpy as it is, patched into httpx."""
    load = seconds(lambda: Cassette.load(path=path, serializer=jsonserializer))
    player = vcr.VCR(serializer="json", record_mode=vcr.mode.NONE)

    def play() -> None:
        with player.use_cassette(str(path)), httpx.Client() as client:
            ask(client, count)

    return load, seconds(play) - load


def floor(path: Path, count: int) -> tuple[float, float]:
    """Return how long json takes to load the file, and httpx to ask as much of a transport that knows one answer."""
    load = seconds(lambda: json.loads(path.read_text(encoding="utf-8")))
    response = json.dumps({"contact": contact(0)}).encode()

    def play() -> None:
        with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=response))) as client:
            ask(client, count)

    return load, seconds(play)


def main(counts: tuple[int, ...]) -> None:
    """Measure and print; the ratios of the largest are the ones that count."""
    print(f"{'interactions':>12} {'floor: load, play':>20} {'ours: load, play':>20} {'ratio: load, all':>17}   vcrpy")
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        for count in counts:
            path = Path(name) / f"{count}.json"
            record(path, count)
            turns = [(*floor(path, count), *ours(path, count)) for _ in range(TURNS)]
            least, asking, load, replay = (min(times) for times in zip(*turns, strict=True))
            ratios.append((load / least, (load + replay) / (least + asking)))
            reported = "{:.2f} s, {:.2f} s".format(*stock(path, count)) if count <= MOST_FOR_VCRPY else "not asked"
            numbers = f"{least:>9.3f} s {asking:>7.3f} s {load:>9.3f} s {replay:>7.3f} s"
            print(f"{count:>12,} {numbers} {ratios[-1][0]:>8.2f} {ratios[-1][1]:>8.2f}   {reported}")
    loading, together = (max(ratio) for ratio in zip(*ratios, strict=True))
    print(f"loading is at most {loading:.2f} times its floor (3 allowed), all of it {together:.2f} times (1.5 allowed)")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or COUNTS)
