"""A request is sent, its response checked, read and paged through.

May import `systems.requests` and `systems.http`.
"""
