"""A national data set of invented disclosures, loaded by the loader itself.

    python bench/generate.py --lines 100000                 # expenditure lines with their statements
    python bench/generate.py --lines 10000000 --seed 7
    python bench/generate.py --lines 100000 --whole         # every statement that departments disclose
    python bench/generate.py --lines 1000000 --unchecked    # without what the rules find in them
    python bench/generate.py --departments 300000           # their names, for what depends on nothing else

Departments in all divisions of GB/T 2260, budgets and final accounts of ten years (some years missing), statements as
`invented.py` makes them. The same arguments give the same records. A process for each core makes its share of them
(`app/make_rows.py`); they are made, loaded and forgotten one after the other: memory does not grow with the number of
lines. `DATABASE_URL` or `GONGKAI_DATA` says where they go.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from invented import COMMON, Department, description, disclosure, fund_items, own_items

from app import codelists, database, embedded, values
from app.checks.run import check
from app.load import LoadResult, load
from app.make_rows import Shared
from app.progress import Progress, bar, silent, stopwatch
from app.records import CheckResult, Kind, ParsedDisclosure
from app.settings import Settings, from_environment
from app.values import Unit

YEARS = range(2016, 2026)
KINDS: tuple[Kind, ...] = ("budget", "final")
_PUBLISHED = 0.95  # the share of years that a department has disclosed
# What a department prints over all its years, on average: measured on 100,000 lines.
_LINES_OF_A_DEPARTMENT = 600
_WORDS = (
    "教育",
    "卫生",
    "水务",
    "交通",
    "农业",
    "文旅",
    "财务",
    "民生",
    "环保",
    "城建",
    "应急",
    "数据",
    "档案",
    "信访",
)
_KINDS_OF_BODY = ("局", "办公室", "委员会", "中心")


@dataclass(frozen=True)
class Size:
    """How much is made: about so many expenditure lines, from this seed, with all statements or those alone.

    With `named` it is so many departments instead, each with one disclosure that has no statement.
    """

    lines: int
    seed: str = "1"
    whole: bool = False
    named: int | None = None

    @property
    def departments(self) -> int:
        return max(1, round(self.lines / _LINES_OF_A_DEPARTMENT)) if self.named is None else self.named

    @property
    def disclosures(self) -> int:
        """How many disclosures there will be, about."""
        if self.named is not None:
            return self.named
        return round(self.departments * len(YEARS) * len(KINDS) * _PUBLISHED)


# Departments whose disclosures are made and sent together: about 200, some 6,000 lines.
_TOGETHER = 10


def disclosures(size: Size) -> Iterator[ParsedDisclosure]:
    """The disclosures in the order of their ids."""
    for batch in batches(size, 0, 1):
        yield from batch


def batches(size: Size, share: int, shares: int) -> Iterator[list[ParsedDisclosure]]:
    """The same in batches: of as many shares as there are, the one of this number (`app/make_rows.py: Shared`)."""
    listed = departments(size)
    for number in itertools.count():
        together = list(itertools.islice(listed, _TOGETHER))
        if not together:
            return
        if number % shares == share:
            yield [parsed for department in together for parsed in _of_department(department, size)]


def _of_department(sketch: tuple[str, str], size: Size) -> Iterator[ParsedDisclosure]:
    region, name = sketch
    department = _department(region, name, size.seed)
    if size.named is not None:
        yield ParsedDisclosure(disclosure=description(department, YEARS[-1], "budget", size.seed))
        return
    chance = random.Random(f"{size.seed} {region} {name}")
    for year in YEARS:
        for kind in KINDS:
            if chance.random() < _PUBLISHED:
                yield ParsedDisclosure(**disclosure(department, year, kind, size.seed, whole=size.whole))


def departments(size: Size) -> Iterator[tuple[str, str]]:
    """Division and name of each department in the order of their ids: the divisions in turn, so many in each."""
    regions = sorted(code for code, one in codelists.divisions().items() if one.level != "country")
    for place, region in enumerate(regions):
        before, after = (size.departments * end // len(regions) for end in (place, place + 1))
        names = [_name(region, number) for number in range(after - before)]
        names.sort(key=lambda name: values.department_id(region, name))
        yield from ((region, name) for name in names)


def _name(region: str, number: int) -> str:
    """An invented name, another one for each number: 试 stands before what the body is said to do."""
    place = codelists.divisions()[region].name
    series, word = divmod(number, len(_WORDS))
    series, body = divmod(series, len(_KINDS_OF_BODY))
    return f"{place}试{_WORDS[word]}{_KINDS_OF_BODY[body]}{series or ''}"


def _department(region: str, name: str, seed: str) -> Department:
    chance = random.Random(f"{seed} {region} {name} department")
    listed = own_items()
    first = chance.randrange(len(listed))
    # Three items in the middle, forty at the most; what lies beside each other in the list belongs together.
    own = min(40, 1 + round(chance.lognormvariate(0.7, 0.8)))
    items = [listed[(first + step) % len(listed)] for step in range(own)]
    items += [code for code in COMMON if chance.random() < 0.9]  # noqa: PLR2004 - nearly every office pays them
    funds = chance.sample(fund_items(), 2) if chance.random() < 0.1 else []  # noqa: PLR2004 - one department in ten
    return Department(
        region_code=region,
        name=name,
        code=f"{chance.randrange(100, 1000)}",
        items=tuple(sorted(items)),
        fund_items=tuple(sorted(funds)),
        size=chance.lognormvariate(0, 1.2),
        unit=Unit.YUAN if chance.random() < 0.08 else Unit.WAN,  # noqa: PLR2004 - a few cities print yuan
    )


async def fill(settings: Settings, size: Size, *, checked: bool = True, progress: Progress = silent) -> LoadResult:
    """Migrate the database and load the disclosures as its next release, with a bar.

    Results of checks are several times as many rows as lines; what measures lists of lines is filled without.
    """
    await database.migrate(settings)
    with bar("disclosures", total=size.disclosures) as copied:
        async with database.connect_owner(settings) as connection:
            return await load(
                connection,
                Shared(partial(batches, size), os.cpu_count() or 1, copied),
                origin="ingest",
                note="invented",
                judge=check if checked else unchecked,
                progress=lambda line: None if line.startswith("copied") else progress(line),
            )


def unchecked(_parsed: ParsedDisclosure) -> tuple[CheckResult, ...]:
    """No rule is asked."""
    return ()


def main() -> None:
    """Generate and load."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000, help="expenditure lines, about")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--whole", action="store_true", help="every statement, not those of expenditure alone")
    parser.add_argument("--unchecked", action="store_true", help="without results of checks")
    parser.add_argument("--departments", type=int, help="so many departments, and no lines")
    chosen = parser.parse_args()
    size = Size(chosen.lines, chosen.seed, chosen.whole, chosen.departments)
    settings, progress = from_environment(), stopwatch()
    with embedded.running(settings, progress=progress):
        begun = time.perf_counter()
        result = asyncio.run(fill(settings, size, checked=not chosen.unchecked, progress=progress))
        seconds = time.perf_counter() - begun
        progress(result.sentence())
        lines = asyncio.run(_lines(settings))
        used = [resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        progress(
            f"{lines:,} expenditure lines, {lines / seconds:,.0f}/s; {result.rows / seconds:,.0f} rows/s; "
            f"at most {max(used) / 1024:.0f} MiB in each process"
        )


async def _lines(settings: Settings) -> int:
    async with database.connect_owner(settings) as connection:
        found: int = await connection.fetchval("SELECT count(*) FROM expenditure_line")
        return found


if __name__ == "__main__":
    main()
