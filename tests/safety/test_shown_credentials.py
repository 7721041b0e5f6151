"""`connectors check` shows no part of a secret, however the system authenticates and whatever it sends back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import QaSync
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import loopback

CARD = """
[thing]
names = ["Thing"]
key = "id"
cannot = { lookup = "-", insert = "-", update = "-", delete = "-" }
[thing.properties]
name = { concept = "name" }
"""
SHOWN = 4
"""So many characters in a row are a part of a secret, not chance: no message has its letters so."""
SECRETS = st.text("QXZJKVW7935-_%!", min_size=14, max_size=30).filter(
    lambda text: text[0].isalnum() and text[-1].isalnum() and not text.isdigit()
)
KEY = "$SECRET(key)"
TOKENS = {"token_url": "{{@ base_url @}}/token", "client_id": KEY, "client_secret": KEY}
KINDS: dict[str, dict[str, Any]] = {
    "password": {"authentication": "basic", "username": "ann", "password": KEY},
    "both of basic": {"authentication": "basic", "username": KEY, "password": KEY},
    "digest": {"authentication": "digest", "username": KEY, "password": KEY},
    "bearer": {"jwt_token": KEY},
    "key in a header": {"api_key": {"in": "header", "name": "X-Key", "value": KEY}},
    "key in the query": {"api_key": {"in": "query", "name": "k", "value": KEY}},
    "own header": {"headers": {"X-Key": f"Key {KEY}"}},
    "url": {"url_pattern": f"{{{{@ base_url @}}}}/%s?token={KEY}"},
    "path": {"url_pattern": f"{{{{@ base_url @}}}}/{KEY}/%s"},
    "oauth2": {"oauth2": TOKENS},
}


def echoes(status: int) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server that sends back all that it is sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent = f"{request.url} {dict(request.headers)} {request.content.decode()}"
        headers = {"location": f"http://127.0.0.1:1/{request.url.raw_path.decode()}"} if status == 302 else {}
        return httpx.Response(status, headers=headers, content=json.dumps({"message": sent, "error": sent}))

    return answer


def check(qa_sync: QaSync, kind: dict[str, Any], status: int, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder, loopback(echoes(status)) as served:
        place = Path(folder)
        (place / "acme" / "templates").mkdir(parents=True)
        manifest: dict[str, Any] = {"additional_parameters": {"base_url": {}}, "datatypes": {"thing": {}}}
        (place / "acme" / "manifest.json").write_text(json.dumps(manifest))
        system = {"url_pattern": "{{@ base_url @}}/%s", "operations": {"thing-list": {"url": "things"}}, **kind}
        (place / "acme" / "templates" / "system.json").write_text(json.dumps(system))
        (place / "acme" / "entities.toml").write_text(CARD)
        text = f'[systems."Acme"]\nconnector = "acme"\nurl = "{served.url}"\nsecrets = {{ key = "$ACME_KEY" }}\n'
        (place / "qa-sync.toml").write_text(text)
        monkeypatch.setenv("ACME_KEY", secret)
        done = qa_sync("connectors", "check", "--config", str(place / "qa-sync.toml"))
    told = done.out + done.err
    assert "Acme" in told
    assert "internal error" not in told
    parts = {secret[at : at + SHOWN] for at in range(len(secret) - SHOWN + 1)}
    assert [part for part in parts if part in told] == []


@pytest.mark.parametrize("examples", [1, pytest.param(15, marks=pytest.mark.slow)])
@pytest.mark.parametrize("status", [200, 302, 401, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_a_secret_is_shown(
    kind: str, status: int, examples: int, qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(secret: str) -> None:
        check(qa_sync, KINDS[kind], status, secret, monkeypatch)

    several = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    several(given(secret=SECRETS)(hold))()
