"""The values of one record or one pair: view, comparison, conversion.

May import `sync.store` and `sync.lanes`.
"""
