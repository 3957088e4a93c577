"""The whole of a release as files: Parquet, CSV, SQLite, with what a data package and a checksum need."""
