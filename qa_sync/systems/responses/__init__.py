"""Sends requests, checks and parses responses, and follows pagination.

May import `systems.requests` and `systems.http`.
"""
