"""Connectors: a folder in the Sesam format and `entities.toml`, read into frozen data; nothing here sends a request.

`builtin/` holds the four built-in connectors as data.
May import `systems.templates`, `systems.cards`, `settings`, `values`.
"""
