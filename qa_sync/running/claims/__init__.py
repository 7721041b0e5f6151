"""Checks claims about records; each yields a verdict.

May import `running.scenario_records` and below.
"""
