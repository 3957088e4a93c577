"""What a format cannot hold."""

from __future__ import annotations

from app.errors import GongkaiError

# A sheet of Excel has 1,048,576 rows.
MOST_SHEET_ROWS = 1_000_000


class TooLargeForFormat(GongkaiError):
    """The rows do not fit into the format; the message says what does not, and how much would."""
