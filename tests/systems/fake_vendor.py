from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

CANARY = "canary-7Q/+x"
Answers = dict[str, Any] | list[Any] | httpx.Response


@dataclass
class Fake:
    """A vendor that says what it was given to say, and remembers what it was asked."""

    answers: list[Answers]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        response = self.answers.pop(0)
        return response if isinstance(response, httpx.Response) else httpx.Response(200, json=response)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(r.content) if r.content else None for r in self.asked]

    @property
    def lines(self) -> list[str]:
        return [f"{r.method} {r.url}" for r in self.asked]


def speak(name: str, *answers: Answers) -> tuple[RestSystem, Fake]:
    """Return a built-in connector's system over a fake vendor with these answers."""
    fake = Fake(list(answers))
    connector = load_connector(builtin_folder(name))
    secrets = {secret: f"{CANARY}-{secret}" for secret in connector.secrets}
    return RestSystem(name, connector, "https://api.example.test/", secrets, httpx.MockTransport(fake)), fake
