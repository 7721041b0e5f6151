"""The transport through a SOCKS5 proxy; the only module that imports httpx-socks.

httpx's own SOCKS transport waits for the proxy without a timeout, and fails on a response that arrives in pieces.
"""

from __future__ import annotations

import ssl
from typing import Final

import httpx
from httpx_socks import SyncProxyTransport
from python_socks import ProxyError, ProxyTimeoutError, ProxyType

PORT: Final = 1080


class SocksTransport(httpx.BaseTransport):
    """Sends requests through a SOCKS5 proxy, which also resolves host names.

    Raises as HTTPTransport does; a problem before the tunnel is established means that the request was not sent.
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
        """Return the response, with its body unread."""
        try:
            return self._inner.handle_request(request)
        except ProxyTimeoutError:
            raise httpx.ConnectTimeout("the SOCKS proxy did not respond in time") from None
        except ProxyError as error:
            raise httpx.ProxyError(f"SOCKS proxy: {error}") from None
        except UnicodeError:
            raise httpx.ConnectError("invalid host name") from None
        except ValueError:
            raise httpx.ProxyError("the user name and the password of a SOCKS proxy are limited to 255 bytes") from None
        except OSError as error:  # errors within the tunnel are httpx errors already
            raise httpx.ConnectError(str(error)) from None

    def close(self) -> None:
        """Close all connections."""
        self._inner.close()
