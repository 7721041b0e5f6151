"""What one record or one pair shows: view, comparison, conversion.

May import `sync.store` and `sync.lanes`.
"""
