from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml
from msgspec.structs import replace
from vcr.cassette import Cassette as VcrCassette
from vcr.serializers import jsonserializer

from qa_sync.errors import RecordingError
from qa_sync.systems.recording.cassette_file import MAX_CASSETTE_BYTES, find_cassette_file
from qa_sync.systems.recording.cassettes import CassetteLabel, RecordedInteraction
from qa_sync.systems.recording.nearest_request import canonical_body
from qa_sync.systems.recording.player import Cassette, ExpectedLabel, ReplayTransport, load_cassette
from qa_sync.systems.recording.recorder import CassetteRecorder, RecordingTransport

LABEL = CassetteLabel(
    "seed-1", datetime(2024, 11, 13, 10, 0, 0, 5, tzinfo=UTC), {"wix": "abc", "customerp": "def"}, "sec1"
)
EXPECTED = ExpectedLabel(LABEL.connectors, LABEL.spec, "specs/000.txt")
AGAIN = "qa-sync check specs/000.txt --mode record"
HARD = 'æ🚀 "q" \u0085\u2028 \t\x01 \\ : # - ' + "x " * 100
URL = "https://api.test/things"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "000" / "1-a.json"


def client(transport: httpx.BaseTransport) -> httpx.Client:
    return httpx.Client(transport=transport)


def record(path: Path, *, secrets: tuple[str, ...] = (), work: Callable[[httpx.Client], object] | None = None) -> None:
    counter = iter(range(1000))

    def vendor(request: httpx.Request) -> httpx.Response:
        body = {"n": next(counter), "hard": HARD, "echo": request.content.decode(), "url": str(request.url)}
        headers = {"ETag": '"7"', "Set-Cookie": "session=1", "Link": "<x>; rel=next"}
        return httpx.Response(201, json={**body, "headers": dict(request.headers)}, headers=headers)

    cassette = CassetteRecorder(path, LABEL, secrets)
    (work or default_work)(client(RecordingTransport(httpx.MockTransport(vendor), cassette)))
    cassette.save()


def default_work(c: httpx.Client) -> list[object]:
    responses = [c.get(URL), c.post(URL, json={"a": 1, "b": [HARD]}), c.get(URL), c.get(f"{URL}?q=å")]
    return [(a.status_code, a.json(), a.headers["etag"]) for a in responses]


def refused(path: Path, expect: ExpectedLabel = EXPECTED) -> str:
    with pytest.raises(RecordingError) as caught:
        load_cassette(path, expect)
    assert AGAIN in str(caught.value)
    return str(caught.value)


def asked(cassette: Cassette, method: str, url: str, content: bytes = b"") -> str:
    with pytest.raises(RecordingError) as caught:
        client(ReplayTransport(cassette)).request(method, url, content=content)
    assert AGAIN in str(caught.value)
    return str(caught.value)


def test_what_was_recorded_is_replayed_in_its_order(path: Path) -> None:
    reported: list[object] = []
    record(path, work=lambda c: reported.extend(default_work(c)))
    cassette = load_cassette(path, EXPECTED)
    assert cassette.label == LABEL
    assert default_work(client(ReplayTransport(cassette))) == reported
    assert cassette.unused_requests() == ()


def test_stock_vcrpy_reads_the_file(path: Path) -> None:
    record(path)
    cassette = VcrCassette.load(path=path, serializer=jsonserializer)
    assert [(r.method, r.uri) for r in cassette.requests][:2] == [("GET", URL), ("POST", URL)]
    assert json.loads(cassette.responses[1]["body"]["string"])["hard"] == HARD
    assert cassette.get_metadata("qa_sync", None)["seed"] == "seed-1"


def test_the_order_of_members_in_a_body_does_not_matter(path: Path) -> None:
    record(path)
    body = json.dumps({"b": [HARD], "a": 1}).encode()
    assert client(ReplayTransport(load_cassette(path, EXPECTED))).post(URL, content=body).status_code == 201


def test_only_the_allowed_headers_are_kept(path: Path) -> None:
    record(path)
    cassette = VcrCassette.load(path=path, serializer=jsonserializer)
    assert dict(cassette.requests[0].headers) == {}
    assert dict(cassette.requests[1].headers) == {"content-type": "application/json"}
    assert list(cassette.responses[0]["headers"]) == ["content-type", "etag", "link"]


def test_no_secret_gets_on_the_tape_however_it_is_spelled(path: Path) -> None:
    name, password = secrets = ('canary/1+"', "canary2-é")

    def work(c: httpx.Client) -> None:
        c.post(URL, params={"key": name, "p": password}, json={"k": name}, auth=(name, password))
        c.post(URL, content=json.dumps({name: password}, ensure_ascii=False), headers={"X-Key": name})

    record(path, secrets=secrets, work=work)
    held = path.read_text()
    text = held + str(json.loads(held))  # as it stands there, and as it is meant
    assert "canary" not in text
    assert base64.b64encode(f"{name}:{password}".encode()).decode()[:12] not in text
    assert held.count("(hidden)") > 8


def test_a_request_with_a_secret_in_it_is_found_again(path: Path) -> None:
    record(path, secrets=("canary",), work=lambda c: c.post(URL, params={"key": "canary"}, json={"k": "canary"}))
    replay = client(ReplayTransport(load_cassette(path, EXPECTED, ["canary"])))
    assert replay.post(URL, params={"key": "canary"}, json={"k": "canary"}).status_code == 201


def record_bytes(path: Path) -> None:
    """Record a response that is text, and one that is not."""
    cassette = CassetteRecorder(path, LABEL)
    reversing = httpx.MockTransport(lambda r: httpx.Response(200, content=r.content[::-1]))
    recorder = client(RecordingTransport(reversing, cassette))
    recorder.post(URL, content=HARD.encode())
    recorder.post(URL, content=b"\x00\xff\xfe")
    cassette.save()


def test_a_body_that_is_not_text_makes_it_a_recording_in_yaml(path: Path) -> None:
    record(path)
    record_bytes(path)
    assert [p.name for p in path.parent.iterdir()] == ["1-a.yaml"]
    cassette = load_cassette(path, EXPECTED)
    assert (cassette.path, cassette.label) == (path.with_suffix(".yaml"), LABEL)
    assert client(ReplayTransport(cassette)).post(URL, content=b"\x00\xff\xfe").content == b"\xfe\xff\x00"
    stock = VcrCassette.load(path=path.with_suffix(".yaml"))
    assert [r.body for r in stock.requests] == [HARD.encode(), b"\x00\xff\xfe"]
    assert stock.responses[1]["body"]["string"] == b"\xfe\xff\x00"


def test_recording_again_rewrites_a_recording_in_yaml_as_json(path: Path) -> None:
    record_bytes(path)
    record(path)
    assert [p.name for p in path.parent.iterdir()] == ["1-a.json"]
    assert load_cassette(path, EXPECTED).requests == 4


def test_a_recording_of_an_older_version_answers_the_same(path: Path) -> None:
    reported: list[object] = []
    record(path, work=lambda c: reported.extend(default_work(c)))
    older = yaml.dump(json.loads(path.read_text()), Dumper=yaml.CSafeDumper)
    path.with_suffix(".yaml").write_text(older)
    path.unlink()
    cassette = load_cassette(path, EXPECTED)
    assert cassette.label == LABEL
    assert default_work(client(ReplayTransport(cassette))) == reported


def test_two_recordings_of_one_section_are_refused(path: Path) -> None:
    record(path)
    path.with_suffix(".yaml").write_bytes(path.read_bytes())
    text = refused(path)
    assert f"two recordings of one section: {path} and {path.with_suffix('.yaml')}" in text
    assert "hint: remove the older one, or record the section again" in text
    record(path)
    assert load_cassette(path, EXPECTED).requests == 4


def test_the_file_is_as_vcrpy_writes_json_a_line_for_each_value(path: Path) -> None:
    record(path)
    text = path.read_text(encoding="ascii")
    assert text == jsonserializer.serialize(json.loads(text))
    assert text.count('\n                "uri": "') == 4
    assert text.endswith("}\n")


def test_recording_again_replaces(path: Path) -> None:
    record(path)
    record(path, work=lambda c: c.get(f"{URL}/1"))
    assert load_cassette(path, EXPECTED).unused_requests() == (f"GET {URL}/1",)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("make", "suffix"), [(record, ".json"), (record_bytes, ".yaml")])
def test_a_recording_that_cannot_be_written_leaves_the_old_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], suffix: str
) -> None:
    make(path)
    old = path.with_suffix(suffix)
    before = old.read_bytes()

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        record(path, work=lambda c: c.get(URL))
    assert old.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [old.name]


def test_what_was_not_played_is_reported(path: Path) -> None:
    record(path)
    cassette = load_cassette(path, EXPECTED)
    client(ReplayTransport(cassette)).get(URL)
    assert sorted(cassette.unused_requests()) == [f"GET {URL}", f"GET {URL}?q=%C3%A5", f"POST {URL}"]


def test_an_unknown_request_shows_the_nearest_and_what_differs(path: Path) -> None:
    record(
        path, work=lambda c: [c.post(f"{URL}/{n}", json={"name": {"first": f"A{n}"}, "n": [1, 2]}) for n in range(3)]
    )
    body = b'{"name": {"first": "A1", "last": "B"}, "n": [1, 3]}'
    text = asked(load_cassette(path, EXPECTED), "POST", f"{URL}/1", body)
    assert f"has no response to POST {URL}/1" in text
    assert f"the nearest recorded request is POST {URL}/1" in text
    assert "n[1]: recorded 2, requested 3" in text
    assert 'name.last: recorded nothing, requested "B"' in text
    assert "first" not in text


def test_an_unknown_request_of_an_empty_recording(path: Path) -> None:
    record(path, work=lambda _: None)
    assert "the recording is empty" in asked(load_cassette(path, EXPECTED), "GET", URL)


def test_many_differences_are_cut_short(path: Path) -> None:
    record(path, work=lambda c: c.post(URL, json={str(n): n for n in range(20)}))
    assert "and 15 more differences" in asked(load_cassette(path, EXPECTED), "POST", URL, b"{}")


def test_a_response_is_played_once(path: Path) -> None:
    record(path)
    cassette = load_cassette(path, EXPECTED)
    default_work(client(ReplayTransport(cassette)))
    assert "all its recorded responses were already used" in asked(cassette, "GET", URL)


def test_a_missing_recording(path: Path) -> None:
    text = refused(path)
    assert f"there is no recording {path}" in text
    assert "hint: record it: " in text


def whole(metadata: str = '"x": 1', **request: object) -> bytes:
    """Return the text of a recording with one interaction."""
    asked = {"method": "GET", "uri": "x", "body": "y", **request}
    response = {"status": {"code": 200}, "headers": {"h": ["v"]}, "body": {"string": "z"}}
    interactions = json.dumps([{"request": asked, "response": response}])
    label = '"format": 1, "seed": "s", "started": "2026-01-01T00:00:00+00:00", "connectors": {}, "spec": "p"'
    return f'{{"interactions": {interactions}, "metadata": {{"qa_sync": {{{label}, {metadata}}}}}}}'.encode()


SHAPE = "it is not a valid cassette"
NO_LABEL = "its metadata contain no 'qa_sync' of format 1"
BROKEN = (
    (b"", "it is empty"),
    (b" \n\n", "it is empty"),
    (b"\xff\xfe\x00binary", "it is not UTF-8 text"),
    (b"[]", SHAPE),
    (b'{"interactions": [{"request": 1}], "version": 1}', SHAPE),
    (whole(uri=None), SHAPE),
    (whole(body=1), SHAPE),
    (whole().replace(b'["v"]', b'"v"'), SHAPE),
    (b'{"interactions": [], "version": 1}', NO_LABEL),
    (b'{"interactions": [], "metadata": {"qa_sync": 5}}', NO_LABEL),
    (b'{"interactions": [], "metadata": {"qa_sync": {"format": 99}}}', NO_LABEL),
    (whole('"since": "2026-01-01T00:00:00"'), NO_LABEL),
    (whole('"times": [1e999]'), NO_LABEL),
    (whole('"times": [1e99]'), NO_LABEL),
)
"""What no recording is, in either format; this JSON is YAML, too."""
NOT_JSON = (
    (whole(uri="\ud83d"), SHAPE),
    (b"interactions: []", "it is not JSON: "),
    (b'{"interactions": [', "it is not JSON: "),
    (b"just words", "it is not JSON: "),
    (b"[" * 100_000, "it is not JSON: "),
    (b"1" * 5000, "it is not JSON: "),
    (whole().replace(b"200", b"Infinity"), SHAPE),
)
NOT_YAML = (
    (b"a: [1, 2", "it is not YAML: "),
    (b"a: b: c", "it is not YAML: "),
    (b"a: *b", "it is not YAML: "),
    (b"1\n---\n2", "it is not YAML: "),
    (b"{[a]: 1}", "it is not YAML: "),
    (b"&a {*a : 1}", "it is not YAML: "),
    (b"[" * 100_000, "it is not YAML: "),
    (b"1" * 5000, "it is not YAML: "),
    (b"2020-13-41", "it is not YAML: "),
    (b"!!int ''", "it is not YAML: "),
    (b"!!bool x", "it is not YAML: "),
    (b"!!timestamp x", "it is not YAML: "),
    (b"!x y", "it is not YAML: "),
    (b"!!python/object/apply:os.system ['echo no']", "it is not YAML: "),
    (b"just words", SHAPE),
    (whole().replace(b"200", b".inf"), SHAPE),
    (whole().replace(b'"y"', b"!!python/object/new:_io.BytesIO {state: [!!binary eA==]}"), SHAPE),
)


def refuse_to_read(path: Path, content: bytes, why: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    text = refused(path)
    assert f"the recording {path} cannot be read: {why}" in text
    assert "hint: record it again: " in text


@pytest.mark.parametrize(("content", "why"), BROKEN + NOT_JSON)
def test_an_unreadable_recording_is_an_error_and_never_an_empty_one(path: Path, content: bytes, why: str) -> None:
    refuse_to_read(path, content, why)


@pytest.mark.parametrize(("content", "why"), BROKEN + NOT_YAML)
def test_so_is_an_unreadable_recording_in_yaml(path: Path, content: bytes, why: str) -> None:
    refuse_to_read(path.with_suffix(".yaml"), content, why)


def test_the_whole_one_is_readable(path: Path) -> None:
    path.parent.mkdir(parents=True)
    for place in (path, path.with_suffix(".yaml")):
        place.write_bytes(whole('"times": [1e3]'))
        cassette = load_cassette(path, ExpectedLabel({}, "p", "specs/000.txt"))
        assert (cassette.path, cassette.requests, cassette.label.times) == (place, 1, (1000.0,))
        place.unlink()


LAUGHS = 'a: &a ["lol"]\n' + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghijklmn", "bcdefghijklmno", strict=True)
)
"""A few lines that stand for 9 to the 14th texts."""
WHOLE = """interactions:
- request: {method: GET, uri: x, body: y}
  response: {status: {code: 200}, headers: {h: [v]}, body: {string: z}}
metadata:
  qa_sync: {format: 1, seed: s, started: "2026-01-01T00:00:00+00:00", connectors: {c: f}, spec: p, urls: {l: u}}
"""


@pytest.mark.parametrize("value", ["GET", "uri: x", "y}", "200", "[v]", "v]", "string: z", "seed: s", "f}", "p,", "u}"])
def test_a_recording_that_is_a_bomb_is_unreadable(path: Path, value: str) -> None:
    """No error text is made of what a bomb stands for either: that alone would take all memory."""
    path.parent.mkdir(parents=True)
    bad = re.sub(r"\w+(?=\W*$)", "*o", value)
    assert WHOLE.count(value) == 1
    path.with_suffix(".yaml").write_text(LAUGHS + WHOLE.replace(value, bad), encoding="utf-8")
    assert "cannot be read: it" in refused(path)


@pytest.mark.parametrize("key", ["<<", "!!merge x", "!<tag:yaml.org,2002:%6derge> x"])
def test_a_recording_that_merges_mappings_is_unreadable(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True)
    text = f"a: &a {{k: v}}\nb: {{{key}: [*a, *a]}}\n{WHOLE}"
    path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    assert "merge keys are not allowed" in refused(path)


def test_a_recording_that_is_too_large_is_not_read(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(MAX_CASSETTE_BYTES + 1)  # takes no room on the disk
    assert "larger than 268,435,456 bytes" in refused(path)


def test_a_recording_with_broken_answers_is_unreadable(path: Path) -> None:
    record(path)
    path.write_text(path.read_text().replace('"code": 201', '"kode": 201'))
    assert "cannot be read: it is not a valid cassette" in refused(path)


def test_a_recording_of_another_connector_is_stale(path: Path) -> None:
    record(path)
    text = refused(path, replace(EXPECTED, connectors={"wix": "new", "customerp": "def"}))
    assert "is stale: the connector 'wix' has changed (abc then, new now)" in text
    assert "'tripletex' has changed (absent then" in refused(path, replace(EXPECTED, connectors={"tripletex": "x"}))


def test_a_recording_of_another_section_is_stale(path: Path) -> None:
    record(path)
    assert "is stale: the section has changed (sec1 then, sec2 now)" in refused(path, replace(EXPECTED, spec="sec2"))


def test_replay_is_linear(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cassette = CassetteRecorder(path, LABEL)
    recorder = client(RecordingTransport(httpx.MockTransport(lambda _: httpx.Response(200, json={})), cassette))
    for n in range(1000):
        recorder.get(f"{URL}/{n % 40}")
    cassette.save()
    looked_at = 0

    def counted(content: bytes) -> str:
        nonlocal looked_at
        looked_at += 1
        return canonical_body(content)

    monkeypatch.setattr("qa_sync.systems.recording.player.canonical_body", counted)
    loaded = load_cassette(path, EXPECTED)
    replay = client(ReplayTransport(loaded))
    for n in range(1000):
        replay.get(f"{URL}/{n % 40}")
    assert looked_at == 2000  # each recorded request once when it is loaded, each asked one once: no search
    assert loaded.unused_requests() == ()


def test_a_compressed_body_is_replayed_as_its_text(path: Path) -> None:
    packed = RecordedInteraction("GET", URL, b"", 200, {"Content-Encoding": ["gzip"]}, gzip.compress(b'{"a": 1}'))
    cassette = Cassette(find_cassette_file(path, AGAIN), LABEL, [packed], ())
    assert client(ReplayTransport(cassette)).get(URL).json() == {"a": 1}
