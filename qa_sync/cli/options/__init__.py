"""Groups of options, and the values they take.

May import everything below `cli`.
"""
