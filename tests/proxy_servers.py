"""Proxies on this machine: whoever comes through one reaches a fixed server, whatever name he asked for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

Greeting = Callable[[socket.socket, "Proxy"], None]


@dataclass
class Proxy:
    """A proxy that asked where to; `refuses` is what it answers instead of letting anybody through."""

    port: int
    leads_to: int
    refuses: bytes = b""
    asked: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def url(self, scheme: str, credentials: str = "") -> str:
        return f"{scheme}://{credentials}127.0.0.1:{self.port}"


def http_greeting(client: socket.socket, proxy: Proxy) -> None:
    """Read the head of a request; a CONNECT opens a tunnel, anything else is sent on."""
    head = _until(client, b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    proxy.asked.append(lines[0].rpartition(" ")[0])
    proxy.shown += [line.partition(": ")[2] for line in lines if line.lower().startswith("proxy-authorization")]
    if proxy.refuses:
        client.sendall(proxy.refuses)
        return
    if lines[0].startswith("CONNECT "):
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        _tunnel(client, proxy.leads_to, b"")
    else:
        _tunnel(client, proxy.leads_to, head)


def socks_greeting(client: socket.socket, proxy: Proxy) -> None:
    """Speak SOCKS5 (RFC 1928) in pieces, with a name and a password (RFC 1929) when they are offered."""
    _, count = client.recv(2)
    wants_password = 2 in client.recv(count)
    _in_pieces(client, bytes((5, 2 if wants_password else 0)))
    if wants_password:
        _, length = client.recv(2)
        name = client.recv(length).decode()
        proxy.shown.append(f"{name}:{client.recv(client.recv(1)[0]).decode()}")
        _in_pieces(client, b"\x01\x00")
    host_kind = client.recv(4)[3]
    size = client.recv(1)[0] if host_kind == 3 else {1: 4, 4: 16}[host_kind]
    host = client.recv(size).decode() if host_kind == 3 else str(ip_address(client.recv(size)))
    proxy.asked.append(f"{host}:{int.from_bytes(client.recv(2))}")
    bound = {1: bytes(4), 3: b"\x01p", 4: bytes(16)}[host_kind]
    _in_pieces(client, bytes((5, 0, 0, host_kind)) + bound + bytes(2))
    _tunnel(client, proxy.leads_to, b"")


def saying(*responses: bytes) -> Greeting:
    """Return what a proxy does that gives these answers, whatever it hears, and goes; b"" is none, for a while."""

    def greeting(client: socket.socket, _: Proxy) -> None:
        for response in responses:
            client.recv(1024)
            if response:
                client.sendall(response)
            else:
                client.recv(1024)  # until the other one goes

    return greeting


GREETINGS: dict[str, Greeting] = {"http": http_greeting, "socks5": socks_greeting, "socks5h": socks_greeting}


@contextmanager
def proxy_to(leads_to: int, greeting: Greeting = http_greeting, refuses: bytes = b"") -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        proxy = Proxy(server.getsockname()[1], leads_to, refuses)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, proxy, greeting, over), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            over.set()
            thread.join()


def _serve(server: socket.socket, proxy: Proxy, greeting: Greeting, over: threading.Event) -> None:
    while not over.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_greet, args=(client, proxy, greeting), daemon=True).start()


def _greet(client: socket.socket, proxy: Proxy, greeting: Greeting) -> None:
    client.setblocking(True)
    with client, suppress(OSError):  # whoever came may go at any time
        greeting(client, proxy)


def _tunnel(client: socket.socket, port: int, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.sendall(first)
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _in_pieces(client: socket.socket, data: bytes) -> None:
    client.sendall(data[:1])
    time.sleep(0.02)
    client.sendall(data[1:])


def _until(client: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        data += client.recv(1)
    return data
