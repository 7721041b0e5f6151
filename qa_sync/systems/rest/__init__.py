"""`RestSystem`, a system over HTTP, and what builds it.

The top of `systems`: may import all its other folders.
"""
