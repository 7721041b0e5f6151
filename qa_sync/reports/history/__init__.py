"""Results over time: history, trends, baselines, comparison of two runs.

May import `reports.shared` and `running`.
"""
