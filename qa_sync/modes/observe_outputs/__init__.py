"""Where an observation reports besides its results: alerts, metrics, and files of single cases.

May import `observe`; one module for each library and channel.
"""
