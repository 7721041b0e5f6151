"""A secret that is an ordinary word is rejected when a run begins: no request is sent, and no file is written."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from cli_caller import ROOT, QaSync
from loopback import loopback

SYSTEMS = """
[systems."WooCommerce"]
connector = "woocommerce"
url = "URL"
writes = true
secrets = { consumer_key = "$SHOP_KEY", consumer_secret = "$SHOP_SECRET" }

[systems."Custom Webshop"]
connector = "customwebshop"
url = "URL"
writes = true
secrets = { api_key = "$WEBSHOP_KEY" }
"""


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        ("record order", "a word of the connector's requests or records"),
        ("record 1234", "only digits"),
        ("record abc", "shorter than 4"),
        ("record true", "a word of JSON"),
        ("live true", "a word of JSON"),
        ("live id", "shorter than 3"),
    ],
)
def test_a_run_with_an_ordinary_secret_does_not_begin(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: str, problem: str
) -> None:
    mode, key = run.split()
    for name, value in {"SHOP_KEY": "ck_0001", "SHOP_SECRET": "cs_0001", "WEBSHOP_KEY": key}.items():
        monkeypatch.setenv(name, value)
    with loopback(lambda _: httpx.Response(500)) as server:
        config = tmp_path / "qa-sync.toml"
        config.write_text(SYSTEMS.replace("URL", server.url))
        result = qa_sync(
            *("check", str(ROOT / "specs/003.txt"), "--mode", mode, "--yes", "--no-history"),
            *("--config", str(config), "--cassettes", str(tmp_path / "cassettes")),
        )
    assert result.code == 2
    assert f"Custom Webshop: secrets that cannot be told from ordinary text: api_key is {problem}" in result.err
    assert server.lines == []
    assert not (tmp_path / "cassettes").exists()
