"""Our recordings are vcrpy's cassettes: as it comes from its makers it reads them, and plays them to anybody."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import vcr
from vcr.cassette import Cassette
from vcr.serializers import jsonserializer

from qa_sync.systems.recording.cassette_file import CassetteFile
from qa_sync.systems.recording.cassettes import decode_cassette, read_interactions, read_label
from qa_sync.values.json_text import read_json

COMMITTED = sorted((Path(__file__).parents[3] / "cassettes").glob("*/*.json"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem[:20])
def test_it_reads_what_we_read(path: Path) -> None:
    _, ours = CassetteFile(path, "").load()
    cassette = Cassette.load(path=str(path), serializer=jsonserializer)
    requests = [(r.method, r.uri, r.body or b"") for r in cassette.requests]
    assert requests == [(one.method, one.url, one.body) for one in ours]
    answers = [(r["status"]["code"], r["headers"], r["body"]["string"]) for r in cassette.responses]
    assert answers == [(one.status, one.headers, one.content) for one in ours]


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem[:20])
def test_a_recording_is_decoded_as_its_data_are_converted(path: Path) -> None:
    content = path.read_bytes()
    decoded, raw = decode_cassette(content) or pytest.fail("the recording has another shape")
    assert decoded == read_interactions(read_json(content))
    assert read_label(raw) == read_label(read_json(content))


def test_a_recording_of_another_shape_is_not_decoded() -> None:
    text = COMMITTED[0].read_text("utf-8").replace('"code": 200', '"code": "200"', 1)
    assert decode_cassette(text.encode()) is None
    assert read_interactions(read_json(text.encode())) == CassetteFile(COMMITTED[0], "").load()[1]


def test_it_plays_a_recording_whole() -> None:
    path = COMMITTED[0]
    _, ours = CassetteFile(path, "").load()
    with (
        vcr.VCR(serializer="json", record_mode=vcr.mode.NONE).use_cassette(str(path)) as cassette,
        httpx.Client() as client,
    ):
        for one in ours:
            response = client.request(one.method, one.url, content=one.body or None)
            assert (response.status_code, response.content) == (one.status, one.content)
        assert cassette.all_played
