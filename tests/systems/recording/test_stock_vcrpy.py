"""Our recordings are vcrpy's cassettes: as it comes from its makers it reads them, and plays them to anybody."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import vcr
from vcr.cassette import Cassette

from qa_sync.systems.recording.cassettes import CassetteFile

COMMITTED = sorted((Path(__file__).parents[3] / "cassettes").glob("*/*.yaml"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem[:20])
def test_it_reads_what_we_read(path: Path) -> None:
    _, ours = CassetteFile(path, "").load()
    cassette = Cassette.load(path=str(path))
    assert [(r.method, r.uri) for r in cassette.requests] == [(one.method, one.url) for one in ours]
    assert [r["status"]["code"] for r in cassette.responses] == [one.status for one in ours]


def test_it_plays_a_recording_whole() -> None:
    path = COMMITTED[0]
    _, ours = CassetteFile(path, "").load()
    with vcr.VCR(record_mode=vcr.mode.NONE).use_cassette(str(path)) as cassette, httpx.Client() as client:
        for one in ours:
            answer = client.request(one.method, one.url, content=one.body or None)
            assert (answer.status_code, answer.content) == (one.status, one.content)
        assert cassette.all_played
