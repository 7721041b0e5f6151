"""The steps of one cycle: read changes, match, create, update.

May import `sync.records` and `sync.store`.
"""
