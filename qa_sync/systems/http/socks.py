"""The transport through a SOCKS5 proxy, the only home of httpx-socks.

That of httpx waits for a proxy's answers without a time-out, and takes an answer that comes in pieces for none.
"""

from __future__ import annotations

import ssl
from typing import Final

import httpx
from httpx_socks import SyncProxyTransport
from python_socks import ProxyError, ProxyTimeoutError, ProxyType

PORT: Final = 1080


class SocksTransport(httpx.BaseTransport):
    """Sends requests through a SOCKS5 proxy, which also looks up the names of hosts.

    Raises as HTTPTransport does; whatever is wrong before there is a tunnel is an error of something never sent.
    """

    def __init__(self, proxy: httpx.Proxy, tls: ssl.SSLContext, limits: httpx.Limits) -> None:
        username, password = proxy.auth or (None, None)
        self._inner = SyncProxyTransport(
            proxy_type=ProxyType.SOCKS5,
            proxy_host=proxy.url.host,
            proxy_port=proxy.url.port or PORT,
            username=username,
            password=password,
            rdns=True,
            verify=tls,
            limits=limits,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, its body unread."""
        try:
            return self._inner.handle_request(request)
        except ProxyTimeoutError:
            raise httpx.ConnectTimeout("the SOCKS proxy did not answer in time") from None
        except ProxyError as error:
            raise httpx.ProxyError(f"the SOCKS proxy: {error}") from None
        except UnicodeError:
            raise httpx.ConnectError("its host is no name that can be looked up") from None
        except ValueError:
            raise httpx.ProxyError("for a SOCKS proxy nobody has a name or a password of more than 255 bytes") from None
        except OSError as error:  # what is said over a tunnel has errors of httpx
            raise httpx.ConnectError(str(error)) from None

    def close(self) -> None:
        """Let the connections go."""
        self._inner.close()
