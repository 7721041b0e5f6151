"""OPEN SET: the engines that compare, DuckDB and Spark; the table is in `audit.engines.table`."""
