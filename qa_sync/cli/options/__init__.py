"""Groups of options, and the types of their values.

May import everything below `cli`.
"""
