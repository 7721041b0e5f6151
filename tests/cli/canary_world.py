"""Two systems that are served on this machine, ask for every kind of credentials, and tell on whoever shows them.

They are the embedded ones behind a server that issues tokens, and echoes with every response what it got and issued.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from canaries import leaks, shapes
from cli_caller import ROOT, Answer, QaSync
from loopback import loopback
from proxy_servers import proxy_to

from qa_sync.clock import RealClock
from qa_sync.reports.formats.table import FORMATS
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.http.asgi_transport import AsgiTransport

SPEC = ROOT / "specs" / "000.txt"
SECRETS = {
    "KEY": 'cänary7Q/+x "&<',
    "ASCII": "canary5-plain/+token",
    "USER": "canary4-user",
    "TRIGGER": "canary3-trigger/+token",
    "PROXY": "canary2-proxy",
}
FETCHED = {"access_token": "canary9-fetched/+token", "refresh_token": "canary8-refreshed/+token"}
LABELS = {"wix": "Wix.com", "customerp": "Customerp"}
SETTINGS = {name.lower(): f"CANARY_{name}" for name in SECRETS}

OAUTH2 = {
    "client_id": "$SECRET(user)",
    "client_secret": "$SECRET(key)",
    "refresh_token": "$SECRET(ascii)",
    "token_url": "{{@ base_url @}}/issue",
}
TRIPLETEX = {"consumer_token": "$SECRET(key)", "employee_token": "$SECRET(ascii)", "token_url": OAUTH2["token_url"]}
OWN_TOKENS = {
    "get_token_operation": {"method": "POST", "url": "issue", "payload": {"key": "$SECRET(key)"}},
    "expires_in_expression": "{{ token.lasts if token.lasts is defined else 3600 }}",
    "initial_refresh_token": {"refresh_token": "$SECRET(ascii)"},
}
PROXIES = {"http": "http://$SECRET(user):$SECRET(proxy)@127.0.0.1:$ENV(proxy_port)"}
NAMED = {"username": "$SECRET(user)", "password": "$SECRET(key)"}

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # what the first system asks for, and the second
    "tokens and keys": (
        {"oauth2": OAUTH2, "headers": {"X-Own": "$SECRET(ascii)", "Cookie": "session=$SECRET(ascii)"}},
        {"api_key": {"in": "query", "name": "k", "value": "$SECRET(key)"}, "headers": {}},
    ),
    "names and urls": (
        {"authentication": "basic", **NAMED, "headers": {}},
        {"url_pattern": "{{@ base_url @}}/api/v1/%s?token=$SECRET(ascii)", "headers": {}},
    ),
    "sessions and bearers": (
        {"authentication": "tripletex", "tripletex": TRIPLETEX, "headers": {}},
        {"jwt_token": "$SECRET(ascii)", "headers": {}},
    ),
    "behind proxies": (
        {"authentication": "basic", **NAMED, "headers": {}, "proxies": PROXIES},
        {"jwt_token": "$SECRET(ascii)", "headers": {}, "proxies": PROXIES},
    ),
    "tokens of their own": (
        {"custom_auth": OWN_TOKENS, "headers": {"Authorization": "Bearer {{ token.access_token }}"}},
        {"url_pattern": "{{@ base_url @}}/api/v1/%s?token=$SECRET(ascii)", "headers": {}},
    ),
}

CREDENTIALS: dict[str, dict[str, str]] = {
    "wix": {"authorization": VENDORS["wix"].secrets["api_key"], "wix-site-id": VENDORS["wix"].secrets["site_id"]},
    "customerp": {"authorization": f"Bearer {VENDORS['customerp'].secrets['token']}"},
}


def echoed(response: httpx.Response, exchanges: str) -> httpx.Response:
    """Return a good answer with everything confidential beside what is in it."""
    body = json.loads(response.content) if response.content else None
    if not isinstance(body, dict):
        return response
    for holder in (body, *(member for member in body.values() if isinstance(member, dict))):
        holder["echo"] = exchanges
    headers = {name: value for name, value in response.headers.items() if name in {"content-type", "etag"}}
    headers |= {
        "Set-Cookie": f"session={quote(exchanges)}",
        "X-Echo": quote(exchanges),
        "Link": f"<x?{quote(exchanges)}>",
    }
    return httpx.Response(response.status_code, json=body, headers=headers)


def in_a_name(response: httpx.Response, _: str) -> httpx.Response:
    """Return a response whose records hold, in a property that is compared, what is confidential."""
    text = response.content.decode().replace(" name ", f" {SECRETS['ASCII']} ")
    return httpx.Response(response.status_code, content=text.encode(), headers=response.headers)


ANSWERS: dict[str, Callable[[httpx.Response, str], httpx.Response]] = {
    "echo": echoed,
    "in a name": in_a_name,
    "refusal": lambda _, exchanges: httpx.Response(401, json={"message": exchanges, "code": exchanges}),
    "html": lambda _, exchanges: httpx.Response(503, html=f"<h1>{exchanges}</h1>"),
    "noise": lambda _, exchanges: httpx.Response(200, text=f"<b>Notice</b> {exchanges}"),
    "redirect": lambda _, exchanges: httpx.Response(
        302, headers={"Location": f"https://other.test/?{quote(exchanges)}"}
    ),
    "redirect nowhere": lambda _, exchanges: httpx.Response(
        302, headers={"Location": f"https://u:{quote(exchanges)}@x.test/"}
    ),
}


@dataclass
class Place:
    """A folder with connectors, settings and a document, and where reports and recordings go."""

    folder: Path
    config: Path
    texts: list[str] = field(default_factory=list)

    @property
    def spec(self) -> Path:
        """The last of the three sections, by itself."""
        text = SPEC.read_text(encoding="utf-8")
        path = self.folder / "products.txt"
        path.write_text(text[: text.index("Wix.com Contacts to")] + text[text.index("Wix.com Products to") :])
        return path

    def run(self, qa_sync: QaSync, *words: str) -> Answer:
        """Run the program with every kind of report, and keep all that it told and wrote."""
        reports = [f"--report={name}={self.folder / 'reports' / f'report.{name}'}" for name in FORMATS]
        fixed = ("--timeout", "1", "--config", str(self.config), *reports)
        got = qa_sync("check", str(self.spec), *fixed, *words)
        self.texts += [got.out, got.err]
        self.texts += [path.read_text() for name in ("reports", "cassettes") for path in self.files(name)]
        return got

    def files(self, name: str) -> list[Path]:
        return [path for path in (self.folder / name).rglob("*") if path.is_file()]

    def leaks(self) -> list[str]:
        return leaks("\n".join(self.texts))

    def kept(self) -> dict[str, list[str]]:
        """Return every file that the program left, stores and snapshots too, each with what leaked into it."""
        given = [self.config, self.folder / "products.txt", *(p for p in self.folder.glob("own-*/**/*"))]
        files = [path for path in self.folder.rglob("*") if path.is_file() and path not in given]
        return {str(path.relative_to(self.folder)): leaks(path.read_bytes().decode("latin-1")) for path in files}


def build(kind: str, response: str, trigger: str, folder: Path, opened: ExitStack) -> Place:
    """Serve both systems, and write their connectors and the settings."""
    wanted = {vendor: adapted(vendor, folder, reported) for vendor, reported in zip(LABELS, KINDS[kind], strict=True)}
    known = [SECRETS[name.upper()] for name in sorted(set().union(*wanted.values()))]
    config = ""
    for vendor, label in LABELS.items():
        place = opened.enter_context(loopback(door(vendor, response, known, opened)))
        given = ", ".join(f'{name} = "${SETTINGS[name]}"' for name in sorted(wanted[vendor]))
        config += f'[systems."{label}"]\nconnector = "own-{vendor}"\nurl = "{place.url}"\nwrites = true\n'
        config += f"secrets = {{ {given} }}\n"
        if "proxy" in wanted[vendor]:
            config += f'parameters = {{ proxy_port = "{opened.enter_context(proxy_to(place.port)).port}" }}\n'
    (folder / "qa-sync.toml").write_text(f'{config}[sync]\n{trigger}\ninterval = "100ms"\n', encoding="utf-8")
    return Place(folder, folder / "qa-sync.toml")


def door(vendor: str, response: str, given: list[str], opened: ExitStack) -> Callable[[httpx.Request], httpx.Response]:
    app = AsgiTransport(VENDORS[vendor].build_app(RealClock().now, "1"))
    opened.callback(app.close)
    known = [shape for secret in given for shape in shapes(secret)]

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/issue":
            # What a session (PUT) is bought with is no refresh token, and no one says that one is confidential.
            reported = FETCHED if request.method == "POST" else {"value": {"token": FETCHED["access_token"]}}
            known.extend(shape for name in FETCHED if FETCHED[name] in str(reported) for shape in shapes(FETCHED[name]))
            return httpx.Response(200, json={**reported, "echo": " ".join(known)})
        passed_on = {name: request.headers[name] for name in ("content-type", "if-match") if name in request.headers}
        headers = {**passed_on, **CREDENTIALS[vendor]}
        url = httpx.URL(VENDORS[vendor].base_url).copy_with(raw_path=request.url.raw_path)
        inner = httpx.Request(request.method, url, headers=headers, content=request.content)
        responded = app.handle_request(inner)
        # A name that is not the same on both sides is reported of.
        return (
            responded if (vendor, response) == ("wix", "in a name") else ANSWERS[response](responded, " ".join(known))
        )

    return serve


def adapted(vendor: str, place: Path, system: dict[str, Any]) -> set[str]:
    """Write a built-in connector with another kind of authentication; return the secrets that it asks for."""
    folder = place / f"own-{vendor}"
    for source in builtin_folder(vendor).rglob("*"):
        if source.is_file():
            target = folder / source.relative_to(builtin_folder(vendor))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    template = folder / "templates" / "system.json"
    reported = json.loads(template.read_text(encoding="utf-8"))
    reported |= {**system, "retry_strategy": {"default": {"max_read_retries": 0}}}
    template.write_text(json.dumps(reported), encoding="utf-8")
    return {name for name in SETTINGS if f"$SECRET({name})" in json.dumps(reported)}
