"""One cycle of a sync from the Shop to the CRM. It carries nothing back: a bug for the tutorial to find.

It remembers in `links.json` which person belongs to which customer.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

SHOP = os.environ.get("SHOP_URL", "http://127.0.0.1:8701")
CRM = os.environ.get("CRM_URL", "http://127.0.0.1:8702")
LINKS = Path("links.json")


def call(method: str, url: str, header: str, value: str, body: Any = None) -> Any:
    """Send one request and return the JSON of its response."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {header: value, "Content-Type": "application/json"}, method=method)  # noqa: S310
    with urlopen(request, timeout=10) as response:  # noqa: S310 - only the two servers of the tutorial
        return json.load(response)


def shop(method: str, path: str, body: Any = None) -> Any:
    """Call the Shop."""
    return call(method, f"{SHOP}/{path}", "X-Api-Key", os.environ["SHOP_KEY"], body)


def crm(method: str, path: str, body: Any = None) -> Any:
    """Call the CRM."""
    return call(method, f"{CRM}/{path}", "Authorization", f"Bearer {os.environ['CRM_TOKEN']}", body)


def person_of(customer: dict[str, Any]) -> dict[str, Any]:
    """Return what the CRM should hold; an empty value is left out, so it clears nothing."""
    name = {"first": customer.get("first_name"), "last": customer.get("last_name")}
    person = {"mail": customer.get("email"), "mobile": customer.get("phone")}
    filled = {member: value for member, value in person.items() if value}
    return {**filled, "name": {member: value for member, value in name.items() if value}}


def holds(person: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Return whether the person already has every wanted value."""
    return all(
        holds(person.get(member, {}), value) if isinstance(value, dict) else person.get(member) == value
        for member, value in wanted.items()
    )


def run() -> None:
    """Create a person for each new customer, and update those that differ."""
    links = json.loads(LINKS.read_text()) if LINKS.exists() else {}
    people = {person["id"]: person for person in crm("GET", "people")["people"]}
    for customer in shop("GET", "customers"):
        wanted, linked = person_of(customer), links.get(str(customer["id"]))
        if linked is None:
            links[str(customer["id"])] = crm("POST", "people", wanted)["id"]
        elif linked in people and not holds(people[linked], wanted):
            crm("PATCH", f"people/{linked}", wanted)
    LINKS.write_text(json.dumps(links))


if __name__ == "__main__":
    run()
