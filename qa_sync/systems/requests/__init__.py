"""From an operation and a record to an HTTP request.

May import `systems.http` and `systems.connectors`.
"""
