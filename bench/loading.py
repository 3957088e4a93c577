"""Lines per second that are made, loaded by the real loader, indexed and counted; and how long their making takes."""

from __future__ import annotations

import time

from figures import Measured, Part
from generate import Size, disclosures
from stage import Stage

_LINES = 30_000


def measure(stage: Stage) -> Part:
    """The filling of the stage, where it was filled now; the making alone, on a small sample, in processor time."""
    begun = time.process_time()
    made = sum(len(one.expenditures) for one in disclosures(Size(_LINES)))
    making = (time.process_time() - begun) / made
    measured = [Measured("load/making", "processor time to invent a line", (making * 1e6,), " µs")]
    if stage.loading is not None:
        rate = stage.lines / stage.loading
        measured.append(Measured("load/lines", "lines made and loaded", (rate,), "/s", least=100_000))
    return Part("Loading", "", tuple(measured))
