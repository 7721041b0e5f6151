"""Name and password, never sent: the answer to a challenge, which is asked for once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import httpx

from qa_sync.systems.auth.credentials import Identity
from qa_sync.systems.responses.exchange import Answers

FAULTS: Final = (LookupError, NotImplementedError, ValueError)
"""What the library raises for a challenge that is none, or of a kind that it does not know."""


def make(identity: Identity) -> httpx.Auth:
    """Return HTTP Digest."""
    identity.hide.learn(identity.password)
    return Digest(identity.username, identity.password, identity.answers)


class Digest(httpx.Auth):
    """Answers the challenges of a server; raises BadAnswer for one that is none."""

    def __init__(self, username: str, password: str, answers: Answers) -> None:
        self._pair = username, password
        self._answers = answers
        self._digest = httpx.DigestAuth(*self._pair)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request, and once more when it is challenged."""
        flow = self._digest.auth_flow(request)
        going = next(flow)
        while True:
            response = yield going
            try:
                going = flow.send(response)
            except StopIteration:
                return
            except FAULTS:
                self._digest = httpx.DigestAuth(*self._pair)  # the other one would answer that challenge from now on
                self._answers.bad(request, response, "its Digest challenge makes no sense")
