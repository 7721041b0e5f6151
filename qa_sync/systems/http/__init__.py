"""HTTP transports: network, proxies, redirects, retries, rate limits, authentication.

`socks` is the only module that imports httpx-socks. May import `systems.connectors` and below, and `clock`.
"""
