"""`qa-sync observe`: follows the real changes of two systems, read-only, and decides whether each arrives.

    read -> changes -> cases -> deadlines -> results

May import `audit` for its plans and comparisons, `running` for its events, `systems`, `dataflow`, `values`; nothing of
`sync`.
"""
