"""Builds HTTP requests from operations and records.

May import `systems.http` and `systems.connectors`.
"""
