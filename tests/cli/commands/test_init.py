"""The first settings for the systems of a spec, and the questions about what cannot be known."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from served_apps import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa_sync.cli.commands import init as module
from qa_sync.cli.commands.init import init
from qa_sync.errors import UsageError
from qa_sync.settings.model import Trigger
from qa_sync.settings.read import load_settings

ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "docs" / "tutorial" / "servers"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SHOP_API_KEY", "CRM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(TUTORIAL / "shop-crm.txt", "shop-crm.txt")
    for name in ("shop", "crm"):
        shutil.copytree(TUTORIAL / name, Path("connectors") / name)


def run(*arguments: str, answers: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(init, [*arguments], input=answers, standalone_mode=False, catch_exceptions=False)
    return int(result.return_value), result.output


def test_what_is_known_is_written_and_the_rest_is_marked() -> None:
    code, output = run("shop-crm.txt", "--yes")
    text = Path("qa-sync.toml").read_text()
    settings = load_settings(Path("qa-sync.toml"))
    assert code == 1
    assert set(settings.systems) == {"Shop", "CRM"}
    assert settings.systems["Shop"].folder == Path("connectors/shop")
    assert settings.systems["Shop"].secrets == {"api_key": "SHOP_API_KEY"}
    assert not settings.systems["Shop"].writes
    assert text.startswith("#:schema file://")
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "fill in" in line)
    assert f"qa-sync.toml:{number}: url" in output
    assert "export CRM_TOKEN=..." in output


def test_built_in_connectors_are_found_by_the_label() -> None:
    run(str(ROOT / "specs" / "000.txt"), "--yes")
    settings = load_settings(Path("qa-sync.toml"))
    assert {label: own.connector for label, own in settings.systems.items()} == {
        "Wix.com": "wix",
        "Customerp": "customerp",
    }
    assert settings.systems["Wix.com"].secrets == {"api_key": "WIX_COM_API_KEY", "site_id": "WIX_COM_SITE_ID"}


def test_a_folder_of_another_name_is_found_by_its_entities() -> None:
    Path("connectors/shop").rename("connectors/acme")
    run("shop-crm.txt", "--yes")
    assert load_settings(Path("qa-sync.toml")).systems["Shop"].connector == "connectors/acme"


def test_without_a_connector_it_is_to_be_filled_in() -> None:
    shutil.rmtree("connectors")
    code, output = run("shop-crm.txt", "--yes")
    assert (code, load_settings(Path("qa-sync.toml")).systems["Shop"].connector) == (1, None)
    assert output.count("`qa-sync connectors new` drafts one from an OpenAPI document") == 2


@pytest.mark.parametrize("trigger", list(Trigger))
def test_settings_with_any_trigger_are_valid(trigger: Trigger) -> None:
    code, output = run("shop-crm.txt", "--yes", "--trigger", str(trigger))
    text = Path("qa-sync.toml").read_text()
    assert code == 1
    needs_more = trigger in {Trigger.HTTP, Trigger.COMMAND, Trigger.SESAM}
    assert (f'# trigger = "{trigger}"' in text) == needs_more
    assert load_settings(Path("qa-sync.toml")).sync.trigger is (Trigger.WAIT if needs_more else trigger)
    assert output.count("# fill in") == text.count("# fill in")


def test_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_interactive", lambda: True)
    answers = [
        "ftp://no",
        "https://shop.example/v1",
        "y",
        "",
        "n",
        "sesam",
        "https://node.example/api",
        "pipe-a pipe-b",
    ]
    _, output = run("shop-crm.txt", answers="\n".join(answers) + "\n")
    settings = load_settings(Path("qa-sync.toml"))
    shop, crm = settings.systems["Shop"], settings.systems["CRM"]
    assert (shop.url, shop.writes, crm.url, crm.writes) == ("https://shop.example/v1", True, None, False)
    assert (settings.sync.trigger, settings.sync.url) == (Trigger.SESAM, "https://node.example/api")
    assert settings.sync.pipes == ("pipe-a", "pipe-b")
    assert "builtin: the built-in sync, to try the checks" in output


def test_it_ends_with_a_test_of_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: Request) -> Response:
        return JSONResponse({"people": []} if request.url.path.endswith("/people") else [])

    routes = [Route("/{rest:path}", answer)]
    monkeypatch.setattr(module, "is_interactive", lambda: True)
    monkeypatch.setenv("SHOP_API_KEY", "shop-key-123")
    monkeypatch.setenv("CRM_TOKEN", "crm-token-123")
    with serving({"/": Starlette(routes=routes)}) as url:
        code, output = run("shop-crm.txt", answers=f"{url}\nn\n{url}\nn\nwait\n")
    assert code == 0, output
    assert output.count(f"ok  {url}") == 2


def test_an_existing_file_is_never_written_over() -> None:
    Path("qa-sync.toml").write_text("# mine\n")
    with pytest.raises(UsageError, match=r"qa-sync\.toml exists already"):
        run("shop-crm.txt", "--yes")
    assert Path("qa-sync.toml").read_text() == "# mine\n"
    assert run("shop-crm.txt", "--yes", "--output", "other.toml")[0] == 1


def test_a_label_stays_in_its_place() -> None:
    label = 'A"]\nevil'.replace("\n", " ")
    spec = Path("shop-crm.txt").read_text().replace("Shop", label)
    Path("evil.txt").write_text(spec)
    run("evil.txt", "--yes")
    assert set(load_settings(Path("qa-sync.toml")).systems) == {label, "CRM"}


def test_folders_that_are_not_searched() -> None:
    for name in (".hidden", "node_modules", "a/b/c/d"):
        shutil.copytree("connectors/shop", Path(name) / "shop")
    shutil.rmtree("connectors")
    run("shop-crm.txt", "--yes")
    assert load_settings(Path("qa-sync.toml")).systems["Shop"].connector is None


def test_a_folder_that_cannot_be_read_is_passed_over() -> None:
    Path("closed").mkdir(mode=0)
    try:
        assert run("shop-crm.txt", "--yes")[0] == 1
    finally:
        os.chmod("closed", stat.S_IRWXU)  # noqa: PTH101 - so that it can be removed
