"""qa-sync tells which promises of a dataflow document hold.

The way of the data, one room after the other:

    spec text -> Dataflow -> Checklist -> (systems) -> Events -> Results -> reports
"""

__version__ = "0.1.0"
