"""Values and comparison rules as Ibis expressions.

May import `audit.engines` and `values`.
"""
