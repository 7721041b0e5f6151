from __future__ import annotations

import pytest

from qa_sync.systems.recording.nearest_request import RequestKey, describe_nearest

URL = "https://api.test/things"
RECORDED = [
    RequestKey("GET", f"{URL}/1", ""),
    RequestKey("DELETE", f"{URL}/3/y", ""),
    RequestKey("PUT", "https://elsewhere.test/", ""),
    RequestKey("POST", URL, '{"a": 1, "b": 2}'),
    RequestKey("POST", URL, '{"a": 1, "b": 3}'),
]


@pytest.mark.parametrize(
    ("method", "url", "nearest"),
    [
        ("GET", f"{URL}/12", f"GET {URL}/1"),
        ("PATCH", f"{URL}/3/x", f"DELETE {URL}/3/y"),
        ("PUT", f"{URL}/1", "PUT https://elsewhere.test/"),
    ],
)
def test_the_method_counts_most_and_then_the_url(method: str, url: str, nearest: str) -> None:
    assert describe_nearest(RequestKey(method, url, ""), RECORDED) == f"the nearest recorded request is {nearest}"


def test_of_one_url_the_body_with_the_fewest_differences_is_nearest() -> None:
    reported = describe_nearest(RequestKey("POST", URL, '{"a": 2, "b": 3}'), RECORDED)
    assert reported == f"the nearest recorded request is POST {URL}\n    a: recorded 1, requested 2"


def test_of_an_empty_recording_nothing_is_near() -> None:
    assert describe_nearest(RECORDED[0], []) == "the recording is empty"
