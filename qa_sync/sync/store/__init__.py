"""The SQLite store of the sync: links, last synced values, listed records, work queue.

May import `sync.lanes` and `values`.
"""
