"""A Checklist is run: scenarios become Events, Events become Results.

May import `checklist`, `systems`, `values`, `clock`; nothing of `sync`.
"""
