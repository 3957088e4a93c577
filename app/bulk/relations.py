"""Which rows and columns the files of a release have: every relation of the registry, whole, with the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.bulk.manifest import UNIT
from app.query.columns import Resource
from app.query.registry import RESOURCES
from app.query.run import Connection
from app.query.whole_list import Control, Selection, fetch_control, read_whole, select_whole

# What a file would only repeat, with the reason.
LEFT_OUT = {
    "execution": "made of expenditures, evaluation-lines and stated-amounts, which are there",
    "releases": "the service's own record, which grows and is pruned; the manifest says which release this is",
}
# The cells that a row was read from, so that whoever has no service can go back to them.
_PROVENANCE = "provenance"
# What the API shows of a single record, and nothing else in the files says: the tables as they are printed.
DETAILS = {"statements": ("grid", "withheld")}
_SECONDS = 600.0


@dataclass(frozen=True)
class Relation:
    """One resource as files: its rows in the order of their key, what they add up to, the decimals they need."""

    resource: Resource
    selection: Selection
    control: Control
    decimals: int

    @property
    def name(self) -> str:
        return self.resource.name


def resources() -> tuple[Resource, ...]:
    """The resources that have files, in the order of the registry."""
    return tuple(resource for name, resource in RESOURCES.items() if name not in LEFT_OUT)


def select(resource: Resource, release: int) -> Selection:
    """Every row of a release with every field, shown by default or not, and its provenance."""
    parameters = [
        ("fields", ",".join(column.name for column in resource.columns)),
        ("sort", resource.key),
        ("unit", UNIT.value),
    ]
    if any(include.name == _PROVENANCE for include in resource.includes):
        parameters.append(("include", _PROVENANCE))
    query = read_whole(resource, parameters)
    fields = (*query.fields, *DETAILS.get(resource.name, ()))
    return select_whole(replace(query, fields=fields), release)


async def fetch_relation(connection: Connection, resource: Resource, release: int) -> Relation:
    """The relation and its control totals, as this connection's transaction sees them."""
    selection = select(resource, release)
    control = await fetch_control(connection, selection, seconds=_SECONDS)
    numbers = [f'min_scale(r."{column.name}")' for column in selection.columns if column.kind in ("money", "number")]
    decimals = 0
    if numbers:
        decimals = await connection.fetchval(
            f"select coalesce(max(greatest({', '.join(numbers)})), 0) from ({selection.body}) r",  # noqa: S608 - our own declarations
            *selection.arguments,
            timeout=_SECONDS,
        )
    return Relation(resource, selection, control, decimals)
