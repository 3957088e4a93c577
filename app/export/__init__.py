"""Rows to files: CSV, NDJSON, XLSX, Parquet. Each takes columns, batches of rows and what is said about them."""
