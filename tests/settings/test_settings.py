"""Reading `qa-sync.toml`, and the errors for invalid files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import qa_sync
from qa_sync.errors import UsageError
from qa_sync.settings.find import find_settings
from qa_sync.settings.key_lines import key_lines
from qa_sync.settings.model import Rate, Settings, Trigger, read_environment
from qa_sync.settings.read import load_settings
from qa_sync.settings.schema import settings_schema

Read = Callable[[str], Settings]
SCHEMA = Path(qa_sync.__file__).parent / "schemas" / "settings-1.json"

WHOLE = """\
zone = "Europe/Oslo"

[systems."WooCommerce"]
connector = "woocommerce"
url = "https://shop.example/wp"
writes = true
rate = "200/min"
secrets = { consumer_key = "$WOO_KEY", consumer_secret = "$WOO_SECRET" }

[systems."My ERP"]
connector = "connectors/erp"
production = true
parameters = { account_id = "12345", old = true }
payloads."contact-insert" = { contact = "{{ name }}", tags = ["new", 1] }

[sync]
trigger = "command"
timeout = "2min"
interval = "500ms"
command = [
    "run-sync", "--once",
]

[[pairs]]
section = "Wix.com Orders to Customerp Order"
source = "number"
target = "externalReference"
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def load(text: str) -> Settings:
        path = tmp_path / "qa-sync.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path)

    return load


def test_every_key_is_read(read: Read, tmp_path: Path) -> None:
    settings = read(WHOLE)
    shop, erp = settings.systems["WooCommerce"], settings.systems["My ERP"]
    assert (shop.url, shop.rate, shop.read_only_reason) == ("https://shop.example/wp", Rate(200, 60), None)
    assert shop.secrets == {"consumer_key": "WOO_KEY", "consumer_secret": "WOO_SECRET"}
    assert erp.folder == tmp_path / "connectors/erp"
    assert "production" in (erp.read_only_reason or "")
    assert (settings.sync.trigger, settings.sync.timeout_s, settings.sync.interval_s) == (Trigger.COMMAND, 120, 0.5)
    assert settings.sync.command == ("run-sync", "--once")
    assert erp.parameters == {"account_id": "12345", "old": True}
    assert erp.payloads == {"contact-insert": {"contact": "{{ name }}", "tags": ["new", 1]}}
    assert settings.pairs[0].location.line == 24
    assert settings.zone.utcoffset(datetime(2024, 7, 1)) == timedelta(hours=2)  # noqa: DTZ001


def test_the_domain_of_mail_addresses(read: Read) -> None:
    assert read("").samples.mail_domain == "example.org"
    assert read('[samples]\nmail_domain = "QA.Acme.example"').samples.mail_domain == "qa.acme.example"


def test_without_a_file_all_values_are_defaults() -> None:
    settings = load_settings(None)
    assert (settings.systems, settings.pairs, settings.zone) == ({}, (), UTC)


def test_the_file_is_found_in_a_parent_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_settings(tmp_path / "a" / "b") in {None, *(p / "qa-sync.toml" for p in tmp_path.parents)}
    (tmp_path / "qa-sync.toml").touch()
    assert find_settings(tmp_path / "a" / "b") == tmp_path / "qa-sync.toml"


def test_a_system_is_read_only_by_default(read: Read) -> None:
    reason = read('[systems.A]\nurl = "https://a.example"\n').systems["A"].read_only_reason
    assert reason is not None
    assert "writes = true" in reason


BAD = {
    'zon = "UTC"': ("1", "unknown key 'zon'", "did you mean 'zone'"),
    '[samples]\nmail_domain = "a@b.example"': ("2", "expected a domain"),
    '[samples]\nmail_domain = "localhost"': ("2", "expected a domain", "'localhost'"),
    '[samples]\nmail = "a.example"': ("2", "unknown key 'mail'"),
    'zone = "Mars/Base"': ("1", "time zone", "'Mars/Base'"),
    "[systems.A]\nwritez = true": ("2", "'writez'", "did you mean 'writes'"),
    "[systems.A]\n\nwrites = 1": ("3", "systems.A.writes: expected true or false, got 1"),
    '[systems.A]\nurl = "ftp://a"': ("2", "expected a URL", "not shown"),
    '[systems.A]\nrate = "0/s"': ("2", "expected a rate", "'0/s'"),
    "[systems.A]\nparameters = { a = 1.5 }": ("2", "expected a table of values", "got a table (not shown)"),
    "[systems.A]\npayloads = { a = 1 }": ("2", "expected a table of JSON templates", "got a table (not shown)"),
    '[systems.A]\nconnector = ""': ("2", "expected a non-empty string, got an empty string"),
    'systems = "A"': ("1", "expected tables"),
    "systems.A = 1": ("1", "systems.A: expected a table, got an integer"),
    '[sync]\ntrigger = "builtn"': ("2", "expected one of wait, builtin", "did you mean 'builtin'"),
    '[sync]\ntimeout = "soon"': ("2", "expected a duration", "'soon'"),
    "[sync]\ntimeout = 120": ("2", "expected a duration", "got 120"),
    '[sync]\n# how\ntrigger = "http"': ("3", "needs 'url'"),
    '[sync]\ntrigger = "command"\ncommand = []': ("3", "expected a list of strings"),
    '[sync]\ntrigger = "sesam"\nurl = "http://node:9042/api"': ("2", "needs 'pipes'"),
    '[[pairs]]\nsection = "A B to C D"\nsource = "x"': ("1", "'target' is missing"),
    "pairs = 3": ("1", "expected a list of tables"),
    "a = ": ("1", "not TOML"),
}


@pytest.mark.parametrize("text", BAD)
def test_a_problem_is_reported_with_its_line(read: Read, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    line, *words = BAD[text]
    assert f"qa-sync.toml:{line}: " in str(caught.value)
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_second_name_of_a_production_system_is_an_error(read: Read) -> None:
    twice = "[systems.Shop]\nproduction = true\n[systems.SHOP]\nwrites = true"
    with pytest.raises(UsageError, match=r"toml:3: same label as 'Shop'"):
        read(twice)
    production = '[systems.A]\nproduction = true\nurl = "https://a.example"\n'
    writable = '[systems.Try]\nwrites = true\nurl = "https://A.example/"\n'
    with pytest.raises(UsageError, match=r"toml:1: 'Try' has the url of 'A', which is marked `production = true`"):
        read(writable + production)
    assert set(read(writable + production.replace("a.example", "b.example")).systems) == {"Try", "A"}


def test_all_problems_are_reported_at_once_sorted_by_line(read: Read) -> None:
    with pytest.raises(UsageError, match="3 problems") as caught:
        read("[sync]\ntimeout = 1\n[systems.A]\nurl = 1\nwrits = true\n")
    assert [line.split("toml:")[1][0] for line in str(caught.value).splitlines() if "toml:" in line] == ["2", "4", "5"]


@pytest.mark.parametrize(
    "text",
    [
        '[systems.A]\nsecrets = { key = "hunter2" }',
        '[systems.A]\nsecrets = "hunter2"',
        '[sync]\ntoken = "hunter2"',
        '[systems.A]\nurl = "https://me:hunter2@a.example"',
    ],
)
def test_a_secret_in_the_file_is_an_error_that_does_not_show_it(read: Read, text: str) -> None:
    with pytest.raises(UsageError, match="toml:2") as caught:
        read(text)
    assert "hunter2" not in str(caught.value)
    assert "environment" in str(caught.value)


def test_missing_variables_are_reported_by_name() -> None:
    names = {"key": "A_KEY", "other": "B_KEY", "third": "C_KEY"}
    with pytest.raises(UsageError, match=r"Shop needs \$A_KEY, \$C_KEY from the environment"):
        read_environment(names, {"A_KEY": "", "B_KEY": "x"}, "Shop")
    assert read_environment({"key": "A"}, {"A": "1"}, "Shop") == {"key": "1"}


def test_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_settings(tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_settings(tmp_path / "binary.toml")


def test_lines_of_every_syntax_of_a_key() -> None:
    text = 'a.b = 1\r\n# no\r\n[ "t" . x ] # head\nlong = """\n[no]\nk = 2\n"""\ni = { m = 1 }\n[[l]]\n[[l]]\nz = 0\n'
    places = key_lines(text)
    assert places["a", "b"] == 1
    assert places["t", "x"] == 3
    assert places["t", "x", "long"] == 4
    assert places["t", "x", "i", "m"] == 8
    assert (places["l", 0], places["l", 1], places["l", 1, "z"]) == (9, 10, 11)
    assert ("no",) not in places


def test_the_schema_in_the_package_is_up_to_date() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == settings_schema()


@pytest.mark.parametrize("text", [WHOLE, "", *BAD])
def test_schema_and_validator_agree(read: Read, text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    valid = Draft202012Validator(settings_schema()).is_valid(document)
    message = ""
    try:
        read(text)
    except UsageError as error:
        message = str(error)
    # The schema does not list the time zones.
    assert valid == (not message or "time zone" in message)


@pytest.mark.parametrize(
    "line",
    [
        '[systems.A]\nurl = "http://127.0.0.1:1/?k=canary-7-literal"',
        '[systems.A]\nconnector = ["canary-7-literal"]',
        '[systems.A]\nparameters = { a = ["canary-7-literal"] }',
        '[systems.A]\npayloads = "canary-7-literal"',
        '[systems]\nA = "canary-7-literal"',
        '[sync]\nurl = "http://127.0.0.1:1/?k=canary-7-literal"',
        '[sync]\ncommand = "curl -H canary-7-literal"',
        '[sync]\npipes = "canary-7-literal"',
        '[sync]\ntoken = "canary-7-literal"',
        '[[conditions]]\nsection = "a"\nproperty = "b"\none_of = "canary-7-literal"',
    ],
)
def test_a_value_that_may_be_a_credential_is_not_shown(tmp_path: Path, line: str) -> None:
    path = tmp_path / "qa-sync.toml"
    path.write_text(line)
    with pytest.raises(UsageError, match="not shown") as caught:
        load_settings(path)
    assert "canary-7" not in str(caught.value)
