"""Claims about records, each checked into a verdict.

May import `running.scenario_records` and below.
"""
