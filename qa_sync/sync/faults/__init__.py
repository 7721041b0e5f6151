"""OPEN SET: faults that can be injected into the sync; the table is in `sync.faults.table`.

Each wraps the reads, the lanes or the writes of the engine. May import `sync.records`, `sync.lanes`, `sync.writer`.
"""
