"""Runs a Checklist: scenarios yield Events, and Events are collected into Results.

May import `checklist`, `systems`, `values`, `clock`; nothing of `sync`.
"""
