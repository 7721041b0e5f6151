"""Reads connectors (a folder in the Sesam format, with `entities.toml`) into frozen data; sends no requests.

`builtin/` contains the four built-in connectors as data. May import `systems.templates`, `systems.cards`, `settings`,
`values`.
"""
