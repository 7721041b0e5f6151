"""`qa-sync connectors check` with settings: one cheap read a system, as whom it knows us, or why it does not."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import QaSync, Serve
from loopback import Loopback, loopback

from qa_sync.systems.connectors.find import builtin_folder

KEY = "ck_0123456789abcdef-K3Y9"
WOO_SAYS_NO = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources.", "data": {}}

CARD = """
[thing]
names = ["Thing"]
key = "id"
cannot = { lookup = "-", insert = "-", update = "-", delete = "-" }
[thing.properties]
name = { concept = "name" }
"""

Answer = Callable[[httpx.Request], httpx.Response]
Serving = Callable[[Answer], Loopback]


@pytest.fixture
def served() -> Iterator[Serving]:
    opened = []

    def serve(answer: Answer) -> Loopback:
        opened.append(loopback(answer))
        return opened[-1].__enter__()

    yield serve
    for each in opened:
        each.__exit__(None, None, None)


def connector(place: Path, name: str, **system: Any) -> None:
    folder = place / name
    (folder / "templates").mkdir(parents=True)
    manifest: dict[str, Any] = {"additional_parameters": {"base_url": {}}, "datatypes": {"thing": {}}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    operations = {"thing-list": {"url": "things", "method": "GET", "supports_since": True}}
    template: dict[str, Any] = {"url_pattern": "{{@ base_url @}}/%s", "operations": operations, **system}
    (folder / "templates" / "system.json").write_text(json.dumps(template))
    can_list = "thing-list" in template["operations"]
    (folder / "entities.toml").write_text(CARD if can_list else CARD.replace("{ lookup", '{ list = "-", lookup'))


def settings(place: Path, systems: dict[str, tuple[str, str, dict[str, str]]]) -> str:
    """Write settings of systems: label -> connector, url, secrets by environment names."""
    reported = ""
    for label, (name, url, secrets) in systems.items():
        given = ", ".join(f'{secret} = "${variable}"' for secret, variable in secrets.items())
        reported += f'[systems."{label}"]\nconnector = "{name}"\nurl = "{url}"\nsecrets = {{ {given} }}\n'
    (place / "qa-sync.toml").write_text(reported)
    return str(place / "qa-sync.toml")


def empty(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=[])


def jwt(**claims: str) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{middle}.c2lnbmF0dXJl"


def test_every_system_of_the_served_sandbox_lets_us_in(qa_sync: QaSync, serve: Serve) -> None:
    config = str(serve("specs/000.txt", "specs/003.txt", "--no-sync"))
    got = qa_sync("connectors", "check", "--config", config)
    assert (got.code, got.err) == (0, "")
    assert [line.split()[:2] for line in got.out.replace("Custom Webshop", "CustomWebshop").splitlines()] == [
        [label, "ok"] for label in ("Wix.com", "Customerp", "WooCommerce", "CustomWebshop")
    ]
    one = qa_sync("connectors", "check", "customERP", "--config", config)
    assert one.code == 0
    assert one.out.startswith("customERP       ok  http://127.0.0.1:")


KINDS: list[tuple[dict[str, Any], str, str]] = [
    ({"authentication": "basic", "username": "ann", "password": "$SECRET(key)"}, KEY, "user 'ann' (basic)"),
    (
        {"authentication": "basic", "username": "$SECRET(key)", "password": "$SECRET(key)"},
        KEY,
        "key (basic)",
    ),
    ({"authentication": "basic", "username": "$SECRET(key)", "password": "x"}, "K3Y9", "key (basic)"),
    (  # over plain HTTP, WooCommerce takes only signed requests
        {
            "authentication": "basic",
            "username": "$SECRET(key)",
            "password": "$SECRET(key)",
            "url_pattern": "{{@ base_url @}}/wp-json/wc/v3/%s",
        },
        KEY,
        "key (oauth1)",
    ),
    ({"jwt_token": "$SECRET(key)"}, KEY, "bearer token"),
    ({"jwt_token": "$SECRET(key)"}, jwt(sub="7", email="ann@example.test"), "'ann@example.test' (bearer token)"),
    ({"jwt_token": "$SECRET(key)"}, jwt(aud="x"), "bearer token"),
    (
        {"api_key": {"in": "query", "name": "k", "value": "$SECRET(key)"}},
        KEY,
        "key in the query k",
    ),
    ({"headers": {"X-Key": "$SECRET(key)"}}, KEY, "key in the header X-Key"),
    ({"headers": {"Authorization": "Bearer $SECRET(key)"}}, jwt(sub="robot"), "'robot' (header Authorization)"),
    ({"url_pattern": "{{@ base_url @}}/%s?token=$SECRET(key)"}, KEY, "key in the URL"),
    ({}, KEY, "no credentials"),
]


@pytest.mark.parametrize(("kind", "key", "who"), KINDS, ids=[k[2][:30] for k in KINDS])
def test_it_says_as_whom_by_one_request(  # noqa: PLR0917 - its fixtures and its parameters
    qa_sync: QaSync,
    served: Serving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: dict[str, Any],
    key: str,
    who: str,
) -> None:
    connector(tmp_path, "acme", **kind)
    server = served(empty)
    monkeypatch.setenv("ACME_KEY", key)
    config = settings(tmp_path, {"Acme": ("acme", server.url, {"key": "ACME_KEY"})})
    got = qa_sync("connectors", "check", "Acme", "--config", config)
    assert (got.code, got.err) == (0, "")
    assert got.out == f"Acme            ok  {server.url}  as {who}\n"
    assert key not in got.out
    assert len(server.asked) == 1
    assert "since=" in str(server.asked[0].url)  # what has changed this moment is cheaper than a page


def test_the_user_in_a_url_is_reported_without_the_password(qa_sync: QaSync, served: Serving, tmp_path: Path) -> None:
    connector(tmp_path, "acme")
    server = served(empty)
    config = settings(tmp_path, {"Acme": ("acme", server.url.replace("://", "://ann:s3cret@"), {})})
    got = qa_sync("connectors", "check", "--config", config)
    assert got.code == 2  # the settings refuse such a url, and do not show it
    assert "s3cret" not in got.out + got.err


def test_a_client_is_reported_when_its_token_was_fetched(
    qa_sync: QaSync, served: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": "t"} if request.method == "POST" else [])

    server = served(answer)
    oauth2 = {"client_id": "robot-1", "client_secret": "$SECRET(key)", "token_url": f"{server.url}/token"}
    connector(tmp_path, "acme", oauth2=oauth2)
    monkeypatch.setenv("ACME_KEY", KEY)
    config = settings(tmp_path, {"Acme": ("acme", server.url, {"key": "ACME_KEY"})})
    got = qa_sync("connectors", "check", "--config", config)
    assert got.out.endswith("as client 'robot-1' (oauth2)\n")
    assert len(server.asked) == 2


def test_why_not_is_reported_for_each_system(
    qa_sync: QaSync, served: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector(tmp_path, "acme", headers={"X-Key": "$SECRET(key)"})
    monkeypatch.setenv("ACME_KEY", KEY)
    refusing = served(lambda request: httpx.Response(401, json={"message": f"who is {dict(request.headers)}?"}))
    html = served(lambda _: httpx.Response(200, html=f"<h1>{KEY}</h1>"))
    key = {"key": "ACME_KEY"}
    systems = {
        "Refusing": ("acme", refusing.url, key),
        "Html": ("acme", html.url, key),
        "Gone": ("acme", "http://127.0.0.1:9", key),
        "Fine": ("acme", served(empty).url, key),
    }
    got = qa_sync("connectors", "check", "--config", settings(tmp_path, systems))
    assert got.code == 3
    assert [line.split()[:2] for line in got.out.splitlines()] == [
        ["Refusing", "no"],
        ["Html", "no"],
        ["Gone", "no"],
        ["Fine", "ok"],
    ]
    assert "Error: Refusing: GET " in got.err
    assert "rejected with 401" in got.err
    assert "Error: Html: " in got.err
    assert "not JSON" in got.err
    assert "Error: Gone: " in got.err
    assert "no response (ConnectError" in got.err
    assert KEY not in got.out + got.err
    assert len(refusing.asked) == 1


@pytest.mark.parametrize("builtin", [True, False])
def test_a_refusal_of_woocommerce_over_http_explains_itself(
    qa_sync: QaSync, served: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, builtin: bool
) -> None:
    shop = served(lambda _: httpx.Response(401, json=WOO_SAYS_NO))
    if builtin:
        name, secrets = "woocommerce", {"consumer_key": "WOO", "consumer_secret": "WOO"}
    else:  # somebody's own connector to a shop, which sends Basic whatever the url
        connector(tmp_path, "shop", headers={"Authorization": "Basic $SECRET(key)"})
        name, secrets = "shop", {"key": "WOO"}
    monkeypatch.setenv("WOO", KEY)
    got = qa_sync("connectors", "check", "--config", settings(tmp_path, {"Shop": (name, shop.url, secrets)}))
    assert got.code == 3
    assert "rejected with 401 woocommerce_rest_cannot_view" in got.err
    assert "hint: WooCommerce accepts Basic (and keys in the query) over https only" in got.err
    assert KEY not in got.out + got.err
    assert len(shop.asked) == 1


def test_what_is_wrong_with_the_settings_is_reported_for_each_system(qa_sync: QaSync, tmp_path: Path) -> None:
    text = '[systems."Wix.com"]\nurl = "https://a.test"\nsecrets = { api_key = "$NO_SUCH_VARIABLE" }\n'
    text += '[systems.Customerp]\n[systems.Acme]\nconnector = "acme"\nurl = "https://a.test"\n'
    (tmp_path / "qa-sync.toml").write_text(text)
    got = qa_sync("connectors", "check", "--config", str(tmp_path / "qa-sync.toml"))
    assert got.code == 2
    assert "Error: Wix.com needs $NO_SUCH_VARIABLE from the environment" in got.err
    assert "the url of Customerp is missing" in got.err
    assert "unknown connector 'acme'" in got.err


def test_a_connector_that_can_list_nothing_is_not_requested(qa_sync: QaSync, served: Serving, tmp_path: Path) -> None:
    server = served(empty)
    connector(tmp_path, "acme", operations={})
    got = qa_sync("connectors", "check", "--config", settings(tmp_path, {"Acme": ("acme", server.url, {})}))
    assert got.code == 3
    assert "its connector has no list operation, so there was nothing to request" in got.err
    assert server.asked == []


def test_names_of_connectors_and_folders_come_before_systems(qa_sync: QaSync, tmp_path: Path) -> None:
    shutil.copytree(builtin_folder("customerp"), tmp_path / "acme")
    config = settings(tmp_path, {"WooCommerce": ("woocommerce", "http://127.0.0.1:9", {})})
    assert "list lookup insert" in qa_sync("connectors", "check", "woocommerce", "--config", config).out
    assert "list lookup insert" in qa_sync("connectors", "check", str(tmp_path / "acme"), "--config", config).out
    assert qa_sync("connectors", "check", "WooCommerce", "--config", config).out == "WooCommerce     no\n"
    nearest = qa_sync(
        "connectors", "check", "Acmee", "--config", settings(tmp_path, {"Acme X": ("a", "http://a.test", {})})
    )
    assert (nearest.code, "did you mean 'Acme X'?" in nearest.err) == (2, True)


def test_without_a_name_and_without_settings_there_is_nothing_to_check(qa_sync: QaSync) -> None:
    got = qa_sync("connectors", "check")
    assert got.code == 2
    assert "no connector was given, and the settings have no systems" in got.err
