"""The pages of expenditure lines that are asked for: random filters, and what each way of serving them calls them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from app.query.read_query import ListQuery, read_list
from app.query.registry import RESOURCES
from app.query.run import total_statement
from app.query.select import counted_page, page_statement

LIMIT = 50
_DRAWN = 500  # so many different departments, divisions and years are asked for, by every way the same


@dataclass(frozen=True)
class Values:
    """What occurs in the data and may be asked for."""

    departments: list[str]
    regions: list[str]
    classes: list[str]
    years: list[int]


@dataclass(frozen=True)
class Asked:
    """One request: the values of its filters by name; `code` is the class whose subtree is meant."""

    filters: dict[str, str]

    @property
    def ours(self) -> str:
        """The path at our API, and at the usual one."""
        named = {"code__under" if name == "code" else name: value for name, value in self.filters.items()}
        return "/v1/expenditures?" + "&".join(f"{name}={value}" for name, value in named.items()) + f"&limit={LIMIT}"

    @property
    def datasette(self) -> str:
        """The path at Datasette: a range of the code, since its prefix search cannot use an index."""
        pairs = [
            pair for name, value in self.filters.items() for pair in self._range(name, value, "{}__{}={}", "{}={}")
        ]
        return f"/lines/lines.json?{'&'.join(pairs)}&_size={LIMIT}&_shape=objects"

    @property
    def roapi(self) -> str:
        """The path at ROAPI, whose values are SQL literals."""
        pairs = [
            pair
            for name, value in self.filters.items()
            for pair in self._range(
                name, value if name == "fiscal_year" else f"'{value}'", "filter[{}]{}={}", "filter[{}]={}"
            )
        ]
        return f"/api/tables/lines?{'&'.join(pairs)}&sort=id&limit={LIMIT}"

    @staticmethod
    def _range(name: str, value: str, bound: str, equal: str) -> list[str]:
        if name != "code":
            return [equal.format(name, value)]
        above = value.replace(value.strip("'"), str(int(value.strip("'")) + 1))
        return [bound.format(name, "gte", value), bound.format(name, "lt", above)]


@dataclass(frozen=True)
class Kind:
    """A kind of page, by the names of its filters."""

    name: str
    filters: tuple[str, ...]

    def draw(self, chance: random.Random, values: Values) -> Asked:
        """A random request of this kind."""
        drawn = {
            "department_id": chance.choice(values.departments),
            "region_code": chance.choice(values.regions),
            "code": chance.choice(values.classes),
            "fiscal_year": str(chance.choice(values.years)),
        }
        return Asked({name: drawn[name] for name in self.filters})

    def script(self, values: Values) -> str:
        """Pgbench's script for one request: our page with its exact total, with values drawn as `draw` draws them."""
        example = Asked({name: {"code": "201", "fiscal_year": "2023"}.get(name, "x") for name in self.filters})
        read, text = page_with_total(example)
        bound = {
            "department_id": [_element(values.departments, "d")],
            "region_code": [_element(values.regions, "r")],
            "class_code": [_element(values.classes, "c")],
            "fiscal_year": [f"(array[{','.join(map(str, values.years))}]::bigint[])[(:y)::int]"],
        }
        arguments = ["1", *(one for item in read.filters for one in bound[item.shape[0]])]
        counts = {"d": values.departments, "r": values.regions, "c": values.classes, "y": values.years}
        variables = [rf"\set {name} random(1, {len(listed)})" for name, listed in counts.items()]  # type: ignore[arg-type]
        return "\n".join([*variables, bind(text, arguments)]) + "\n"


def page_with_total(asked: Asked) -> tuple[ListQuery, str]:
    """The request as the service reads it, and the one statement that answers it: the page and its exact total."""
    parts = [part.partition("=") for part in asked.ours.partition("?")[2].split("&")]
    read = read_list(RESOURCES["expenditures"], [(name, value) for name, _, value in parts])
    page = page_statement(
        "expenditures",
        filters=tuple(item.shape for item in read.filters),
        orders=read.orders,
        nulls=None,
        fields=read.fields,
        includes=(),
        unit=read.unit,
        limit=LIMIT,
    )
    return read, counted_page(page, total_statement(read.resource, read.filters), limit=LIMIT)


KINDS = (
    Kind("a department", ("department_id",)),
    Kind("a division and year", ("region_code", "fiscal_year")),
    Kind("a class and year", ("code", "fiscal_year")),
)


async def read_values(connection: asyncpg.Connection, seed: int = 1) -> Values:
    """Draw what is asked for from what there is."""
    chance = random.Random(seed)

    async def column(text: str) -> list[str]:
        found = [row[0] for row in await connection.fetch(text)]
        return sorted(chance.sample(found, min(_DRAWN, len(found))))

    return Values(
        departments=await column("SELECT id FROM department ORDER BY 1"),
        regions=await column("SELECT DISTINCT region_code FROM department ORDER BY 1"),
        classes=await column("SELECT DISTINCT code FROM expenditure_line WHERE length(code) = 3 ORDER BY 1"),
        years=[row[0] for row in await connection.fetch("SELECT DISTINCT fiscal_year FROM disclosure ORDER BY 1")],
    )


def _element(listed: Sequence[str], variable: str) -> str:
    words = ",".join(listed)
    return f"('{{{words}}}'::text[])[(:{variable})::int]"


def bind(text: str, arguments: Sequence[str]) -> str:
    """The statement in one line with SQL in place of its parameters, for psql and pgbench."""
    # Both read a variable where a name follows a colon, inside of texts too: blank amounts get a space.
    text = text.replace('":null', '": null')
    bound = re.sub(r"\$(\d+)(?:::\w+)?", lambda found: f"({arguments[int(found.group(1)) - 1]})", text)
    return " ".join(bound.split()) + ";"
