"""OPEN SET: faults that can be injected into the sync; the table is in `sync.faults.table`.

Each wraps what the engine reads, decides by or writes. May import `sync.records`, `sync.lanes`, `sync.writer`.
"""
