"""Checks of connector files: types, known keys, warnings.

May import `systems.connectors.pipes` and below.
"""
