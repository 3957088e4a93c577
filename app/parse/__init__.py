"""Documents to records: bytes → grids (`read_<format>.py`) → records (`statements/`, one file per kind)."""
