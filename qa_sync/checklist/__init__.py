"""Compiles a Dataflow into a Checklist; runs nothing.

May import `systems`, `dataflow`, `values`, `settings`; nothing of `sync`.
"""
