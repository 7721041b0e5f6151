"""A small API of people in several manners, and connector folders for it as others write them: pipes, no cards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from loopback import Loopback, loopback

SYSTEM = "{{@ system @}}"
KIND = "{{@ datatype @}}"
VERBS = {"lookup": "GET", "update": "PATCH", "delete": "DELETE"}
KEY = "people-key-0001"


class People:
    """The people of several systems, by the first two parts of the path: how the API behaves, and for which system."""

    def __init__(self) -> None:
        self.stores: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.requests: list[str] = []
        self._numbers = count(1)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        manner, side, _, *rest = request.url.path.strip("/").split("/")
        body = json.loads(request.content) if request.content else None
        self.requests.append(f"{request.method} {request.url.path} {request.content.decode()}")
        people = self.stores.setdefault((manner, side), {})
        if request.method == "POST":
            return self._made(manner, people, body)
        if not rest:
            return self._listed(manner, list(people.values()), request)
        if rest[0] not in people:
            return httpx.Response(404, json={"message": "no such person"})
        if request.method == "DELETE":
            return httpx.Response(200, json=people.pop(rest[0]))
        if request.method != "GET":
            if manner == "listbody" and not isinstance(body, list):
                return httpx.Response(422, json={"message": "a list is expected"})
            _merge(people[rest[0]], _unwrapped(manner, body))
        return httpx.Response(200, json=people[rest[0]])

    def _made(self, manner: str, people: dict[str, dict[str, Any]], body: Any) -> httpx.Response:
        person = _unwrapped(manner, body)
        if refusal := _refusal(manner, body, person):
            return httpx.Response(400, json={"message": refusal})
        key = str(next(self._numbers))
        people[key] = {**person, "id": int(key)}
        return httpx.Response(201, json=people[key])

    def _listed(self, manner: str, people: list[dict[str, Any]], request: httpx.Request) -> httpx.Response:
        if manner == "keys":
            return httpx.Response(200, json=[{"PrimaryKey": person["id"]} for person in people])
        if manner == "unchanged" and "If-Modified-Since" in request.headers:
            return httpx.Response(304)
        return httpx.Response(200, json=people)


def _refusal(manner: str, body: Any, person: Mapping[str, Any]) -> str | None:
    if manner == "strict" and not person.get("name"):
        return "name is required"
    if manner == "mail" and "@" not in str(person.get("email", "@")):
        return "INVALID_EMAIL: email must be an e-mail address"
    return "person is missing" if manner == "wrap" and "person" not in body else None


def _unwrapped(manner: str, body: Any) -> dict[str, Any]:
    if manner == "wrap":
        return dict(body.get("person", {}))
    return dict(body[0]) if isinstance(body, list) else dict(body or {})


def _merge(old: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(name), dict):
            _merge(old[name], value)
        else:
            old[name] = value


@contextmanager
def people_api() -> Iterator[tuple[People, Loopback]]:
    """Serve the API on a free port of this machine."""
    people = People()
    with loopback(people) as served:
        yield people, served


def operations() -> dict[str, dict[str, Any]]:
    """Return the operations of people: list, lookup, insert, update and delete."""
    found: dict[str, dict[str, Any]] = {
        f"person-{verb}": {"method": method, "url": "people/{{ entity.id }}"} for verb, method in VERBS.items()
    }
    found["person-list"] = {"method": "GET", "url": "people", "id_expression": "{{ id }}"}
    found["person-insert"] = {"method": "POST", "url": "people"}
    return found


def write_connector(
    folder: Path,
    manner: str = "plain",
    *,
    datatype: str = "person",
    share: Sequence[Any] = (),
    share_properties: Mapping[str, Any] | None = None,
    collect_properties: Mapping[str, Any] | None = None,
    source: Mapping[str, Any] | None = None,
    change: Callable[[dict[str, Any]], None] = lambda _: None,
) -> None:
    """Write a connector folder; `share` are transforms before the template, `change` changes the system's JSON."""
    system = {
        "_id": SYSTEM,
        "type": "system:rest",
        "url_pattern": f"https://api.vendor.example/{manner}/{folder.name}/%s",
        "headers": {"X-Key": "$SECRET(api_key)"},
        "operations": operations(),
    }
    change(system)
    verbs = ("lookup", "insert", "update", "delete")
    shared = {
        "primary_key": "id",
        "rest_system": SYSTEM,
        **{f"operation_{verb}": f"person-{verb}" for verb in verbs},
        **(share_properties or {}),
    }
    collected = {"primary_key": "id", **(collect_properties or {})}
    pipes = [
        {
            "_id": f"{SYSTEM}-{KIND}-all",
            "type": "pipe",
            "source": {"type": "rest", "system": SYSTEM, "operation": "person-list", **(source or {})},
        },
        {
            "_id": f"{SYSTEM}-{KIND}-collect",
            "type": "pipe",
            "source": {"type": "dataset", "dataset": f"{SYSTEM}-{KIND}-all"},
            "transform": [{"type": "template", "template": "transform-collect-rest", "properties": collected}],
        },
        {
            "_id": f"{SYSTEM}-{KIND}-share",
            "type": "pipe",
            "source": {"type": "dataset", "dataset": f"{SYSTEM}-{KIND}-transform"},
            "transform": [
                *share,
                {"type": "template", "template": "transform-share-rest", "properties": shared},
            ],
        },
    ]
    (folder / "templates").mkdir(parents=True)
    for name, content in {
        "manifest": {"datatypes": {datatype: {"template": "templates/person.json"}}},
        "templates/system": system,
        "templates/person": pipes,
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


def write_spec(
    file: Path, rows: Sequence[tuple[str, str, str]], *, a: str = "Alpha Person", b: str = "Beta Person", more: str = ""
) -> Path:
    """Write a spec with one section; `more` are sentences and tables before its property table."""
    title = f"{a.split(maxsplit=1)[0]} to {b.split(maxsplit=1)[0]} Dataflow"
    heading = f"{a} to {b}"
    link = f"Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, "
    lines = [
        "=" * len(title),
        title,
        "=" * len(title),
        "\nGenerated: 2024-11-12 00:00:01\n",
        heading,
        "-" * len(heading),
        more or f"Every {a} will be synchronized with a {b}.",
        f"\n{link}regardless of where it is edited.",
        f"\nThe following properties are synchronized between a {a} and a {b}:",
        "\n.. list-table::\n   :header-rows: 1\n",
        f"   * - {a} Property\n     - {b} Property\n     - {b.split(maxsplit=1)[0]} Data Type",
        *(f"   * - {source}\n     - {target}\n     - {kind}" for source, target, kind in rows),
        "",
    ]
    file.write_text("\n".join(lines))
    return file


def write_settings(folder: Path, url: str, more: str = "") -> Path:
    """Write settings for the systems Alpha and Beta, whose connectors are in the folders alpha and beta."""
    systems = "".join(
        f'[systems."{label}"]\nconnector = "{label.lower()}"\nurl = "{url}"\nwrites = true\n'
        'secrets = { api_key = "$PEOPLE_KEY" }\n'
        for label in ("Alpha", "Beta")
    )
    sync = '[sync]\ntrigger = "builtin"\ntimeout = "8s"\ninterval = "100ms"\n'
    file = folder / "qa-sync.toml"
    file.write_text(systems + sync + more)
    return file
