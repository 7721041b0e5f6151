"""The terminal report and the live progress.

`terminal` is the only module that imports rich. May import `reports.shared` and `running`.
"""
