"""`qa-sync audit`: compares the existing records of two systems or exports, read-only.

    plan -> load -> match -> compare -> confirm -> results

May import `running` for its events, `systems`, `dataflow`, `values`; nothing of `sync`.
"""
