"""Existing records on both sides, read-only, at scale.

Do they keep the promises that `check` tries on fresh ones?

plan       what a section claims of existing records, and by what two of them are the same
reading    a system or an export -> a snapshot (Parquet parts and a manifest)
matching   snapshots -> which records belong together, and which have none or several
judging    pairs of records -> what differs; expressions decide what is surely the same, Python all else
settling   what looks wrong is read again before it is told (with alone, again)
telling    findings -> the events that every report is made from
"""
