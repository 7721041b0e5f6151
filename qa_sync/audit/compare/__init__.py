"""Records are matched and compared; differences are confirmed.

May import `audit.records` and `audit.expressions`.
"""
