"""The HTML report, one file: the spec with its verdicts, and an overview.

May import `reports.shared` and `running`.
"""
