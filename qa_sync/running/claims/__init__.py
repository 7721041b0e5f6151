"""Checks claims about records; each yields a verdict.

May import `running.records` and below.
"""
