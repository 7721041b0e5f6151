"""What a check reports a connector that loads: keys that no one reads, and what is not done as it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_system import OPERATIONS, connector

from qa_sync.systems.connectors.folder import Problem, Severity
from qa_sync.systems.connectors.load import check_connector

MANIFEST = {"additional_parameters": {"base_url": {}}, "datatypes": {"thing": {"template": "templates/thing.json"}}}
SYSTEM = {
    "_id": "{{@ system @}}",
    "type": "system:rest",
    "url_pattern": "{{@ base_url @}}/%s",
    "operations": OPERATIONS,
}


def told(problems: Any, severity: Severity = Severity.NOTE) -> list[str]:
    return [str(problem) for problem in problems if problem.severity is severity]


def surveyed(place: Path) -> list[Problem]:
    return list(check_connector(place, env={}, payloads={})[1])


def of_system(place: Path, **system: Any) -> list[str]:
    connector(place, **system)
    return told(surveyed(place / "small"))


def of_list(place: Path, **listing: Any) -> list[str]:
    return of_system(place, operations={**OPERATIONS, "thing-list": {"url": "things", "method": "GET", **listing}})


def of_folder(place: Path, *pipes: Any, manifest: Any = MANIFEST, system: Any = SYSTEM) -> list[Problem]:
    (place / "templates").mkdir(parents=True, exist_ok=True)
    files = {"manifest.json": manifest, "templates/system.json": system, "templates/thing.json": list(pipes)}
    for name, value in files.items():
        (place / name).write_text(json.dumps(value))
    return surveyed(place)


def listing(**source: Any) -> dict[str, Any]:
    own = {"type": "rest", "system": "x", "operation": "thing-list", "id_expression": "{{ id }}"}
    return {"_id": "x-thing-all", "type": "pipe", "source": {**own, **source}}


def sharing(**properties: Any) -> dict[str, Any]:
    own = {"rest_system": "x", "primary_key": "id", "share_dataset": "x-thing-share"}
    template = {"type": "template", "template": "transform-share-rest", "properties": {**own, **properties}}
    return {"_id": "x-thing-share", "type": "pipe", "transform": [template]}


class TestUnread:
    @pytest.mark.parametrize(
        ("key", "near"),
        [
            ("verify_sll", "verify_ssl"),
            ("header", "headers"),
            ("oauth", "oauth2"),
            ("rate_limiting_retry", "rate_limiting_retries"),
        ],
    )
    def test_of_a_system(self, tmp_path: Path, key: str, near: str) -> None:
        line = f"templates/system.json: {key}: is not read; did you mean {near!r}?"
        assert of_system(tmp_path, **{key: "x"}) == [line]

    @pytest.mark.parametrize(
        ("key", "then"),
        [
            ("param", "; did you mean 'params'?"),
            ("page-size", "; did you mean 'page_size'?"),
            ("next_page_termination", "; did you mean 'next_page_termination_strategy'?"),
            ("body", ""),
        ],
    )
    def test_of_an_operation(self, tmp_path: Path, key: str, then: str) -> None:
        line = f"templates/system.json: operations.thing-list.{key}: is not read{then}"
        assert of_list(tmp_path, **{key: "x"}) == [line]

    def test_of_what_stands_deeper(self, tmp_path: Path) -> None:
        lines = of_system(
            tmp_path,
            oauth2={"client_id": "a", "client_secret": "b", "token_url": "https://h/t", "scopes": "c"},
            retry_strategy={"5xx": {}, "500, 502-504": {"max_retries": 1}, "default": {"read_retry_delay": 1}},
        )
        assert lines == [
            f"templates/system.json: {line}"
            for line in (
                "oauth2.scopes: is not read; did you mean 'scope'?",
                "retry_strategy.5xx: is not read: expected 'default', or statuses such as 500,502-504",
                "retry_strategy.500, 502-504.max_retries: is not read; did you mean 'max_read_retries'?",
            )
        ]

    def test_in_each_alternative(self, tmp_path: Path) -> None:
        choice = {"condition": True, "alternatives": {"true": {"header": {}}, "false": {"headers": {}}}}
        at = "$conditional_properties.alternatives.true.header"
        line = f"templates/system.json: {at}: is not read; did you mean 'headers'?"
        assert line in of_system(tmp_path, **{"$conditional_properties": choice})

    def test_of_a_manifest_and_a_datatype(self, tmp_path: Path) -> None:
        kind = {"template": "templates/thing.json", "lable": "Thing", "sync_frequency": "slow"}
        manifest = {"system_tempalte": "t", "auth": "oauth2", "datatypes": {"thing": kind}}
        assert told(of_folder(tmp_path / "x", listing(), manifest=manifest)) == [
            "manifest.json: system_tempalte: is not read; did you mean 'system_template'?",
            "manifest.json: datatypes.thing.lable: is not read; did you mean 'label'?",
        ]

    def test_of_pipes(self, tmp_path: Path) -> None:
        pipes = (
            {
                **listing(payload_propery="data", next_page_link="x", operations={"o": {"metod": "GET"}}),
                "transfrom": [],
            },
            sharing(primarykey="id"),
        )
        assert told(of_folder(tmp_path / "x", *pipes)) == [
            "templates/thing.json: [0].transfrom: is not read; did you mean 'transform'?",
            "templates/thing.json: [0].source.payload_propery: is not read; did you mean 'payload_property'?",
            "templates/thing.json: [0].source.next_page_link: is not read; it belongs to an operation",
            "templates/thing.json: [0].source.operations.o.metod: is not read; did you mean 'method'?",
            "templates/thing.json: [1].transform[0].properties.primarykey: is not read; did you mean 'primary_key'?",
        ]

    def test_of_the_system_that_is_meant_among_several(self, tmp_path: Path) -> None:
        server = {"_id": "server", "type": "system:microservice", "docker": {"image": "x"}}
        assert told(of_folder(tmp_path / "x", listing(), system=[SYSTEM, server])) == []
        lines = told(of_folder(tmp_path / "x", listing(), system=[SYSTEM, {**SYSTEM, "_id": "two", "header": {}}]))
        assert lines == ["templates/system.json: two.header: is not read; did you mean 'headers'?"]


class TestNotFollowed:
    def test_of_a_system(self, tmp_path: Path) -> None:
        rule = {"batch_retries": 1, "max_consecutive_write_errors": 2, "max_write_errors_in_retry_dataset": 3}
        lines = of_system(tmp_path, worker_threads=4, retry_strategy={"503": rule, "504": rule})
        assert [line.split(": ")[1:3] for line in lines] == [
            ["worker_threads", "is not supported"],
            *([f"retry_strategy.503.{key}", "is not supported"] for key in rule),
        ]
        assert "(concurrency)" in lines[0]

    def test_of_pipes_once_each_with_what_happens_instead(self, tmp_path: Path) -> None:
        call = {"type": "rest", "operation": "thing-lookup", "trigger_on": {"value": "x"}, "side_effects": False}
        codes = {
            "lookup_allowed_status_codes": "200,404",
            "rewrite_rules_lookup": {},
            "rewrite_rules_mutation": {"a": []},
        }
        first = listing(if_source_empty="fail", response_include_content_type=True)
        pipes = (first, {**first, "_id": "x-2", "transform": [call, call]}, sharing(**codes))
        assert told(of_folder(tmp_path / "x", *pipes)) == [
            f"templates/thing.json: {place}: is not supported: {instead}"
            for place, instead in (
                ("[0].source.if_source_empty", "a response without records is an empty list"),
                (
                    "[0].source.response_include_content_type",
                    "'content-type' holds the type of raw responses only",
                ),
                ("[1].transform[0].trigger_on", "the transform applies to every record"),
                (
                    "[2].transform[0].properties.lookup_allowed_status_codes",
                    "2xx is a success, 404 and 410 mean that the record does not exist, any other status is an error",
                ),
                (
                    "[2].transform[0].properties.rewrite_rules_mutation",
                    "of a write's response, only a new record's key is read, not rewritten",
                ),
            )
        ]


class TestSilent:
    def test_what_describes_and_what_requests_nothing_else(self, tmp_path: Path) -> None:
        system = {**SYSTEM, "name": "X", "comment": ["a", "b"], "_note": 1, "$note": 2, "verify_ssl": True}
        source = {
            "is_since_comparable": True,
            "is_chronological": False,
            "trace": {"log_request_headers": True},
            "if_source_empty": "accept",
            "response_include_content_type": False,
        }
        pipe = {**listing(**source), "namespaced_identifiers": False, "batch_size": 1, "sink": {}, "pump": {}}
        assert told(of_folder(tmp_path / "x", pipe, system=system)) == []

    def test_what_is_no_request_is_left_alone(self, tmp_path: Path) -> None:
        event = {"_id": "x-event", "type": "pipe", "source": {"type": "http_endpoint", "anything": 1}}
        rules = {"type": "dtl", "rules": {"default": [["copy", "*"]]}, "side": 1}
        assert told(of_folder(tmp_path / "x", listing(), {**event, "transform": rules})) == []


class TestMissing:
    @pytest.mark.parametrize("strategy", ["not-full-page", ["empty-result", "not-full-page"]])
    @pytest.mark.parametrize("size", [{}, {"page_size": ""}, {"page_size": "<INT>"}])
    def test_a_page_that_is_not_full_needs_its_size(self, tmp_path: Path, strategy: Any, size: Any) -> None:
        own = {"url": "things", "method": "GET", "next_page_link": "?p={{ page }}"}
        connector(
            tmp_path,
            operations={**OPERATIONS, "thing-list": {**own, "next_page_termination_strategy": strategy, **size}},
        )
        (line,) = told(surveyed(tmp_path / "small"), Severity.MISSING)
        assert line.startswith("templates/system.json: operations.thing-list.page_size: is needed by the strategy")

    @pytest.mark.parametrize("size", [2, "2", "$ENV(n)"])
    def test_it_may_be_a_text_or_a_parameter(self, tmp_path: Path, size: Any) -> None:
        own = {"url": "things", "method": "GET", "next_page_termination_strategy": "not-full-page", "page_size": size}
        connector(tmp_path, operations={**OPERATIONS, "thing-list": own})
        assert surveyed(tmp_path / "small") == []

    def test_in_a_pipe(self, tmp_path: Path) -> None:
        own = {"url": "things", "method": "GET", "next_page_termination_strategy": "not-full-page"}
        codes = {"allowed_status_codes": "200,404", "ignored_status_codes": "400-410"}
        pipe = listing(operation="o", operations={"o": own}, **codes)
        overlapping, sizeless = told(of_folder(tmp_path / "x", pipe), Severity.MISSING)
        at = "templates/thing.json: [0].source"
        assert overlapping == f"{at}.ignored_status_codes: '400-410' and 'allowed_status_codes' must not overlap"
        assert sizeless.startswith(f"{at}.operations.o.page_size: is needed by the strategy 'not-full-page'")
