"""OPEN SET: the query engines, DuckDB and Spark; the table is in `audit.engines.table`."""
