"""What to verify: a Dataflow compiled into a Checklist; nothing is run.

May import `systems`, `dataflow`, `values`, `settings`; nothing of `sync`.
"""
