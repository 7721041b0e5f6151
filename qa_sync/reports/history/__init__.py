"""Runs over time: history, trends, baselines, the difference between two runs.

May import `reports.shared` and `running`.
"""
