"""`qa-sync audit`: existing records of two systems or exports are compared, read-only.

    plan -> load -> match -> compare -> confirm -> results

May import `running` for its events, `systems`, `dataflow`, `values`; nothing of `sync`.
"""
