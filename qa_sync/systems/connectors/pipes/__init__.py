"""Completes operations from the pipe templates of a connector.

May import `systems.connectors.operations` and below.
"""
