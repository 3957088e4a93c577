"""What a row of an aggregate looks like: the columns of its groups, its counts, its measures, its link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote

from app.query.columns import Column, Resource

FUNCTIONS = ("sum", "avg", "min", "max", "count")
# How much more digits an average has than what it is made of.
AVERAGE_DECIMALS = 2

_WORDS = {
    "sum": ("合计", "Sum of"),
    "avg": ("平均", "Average of"),
    "min": ("最小", "Least"),
    "max": ("最大", "Largest"),
}


@dataclass(frozen=True)
class Measure:
    """A function over a column; both are in the name of the answer's field: total_sum."""

    column: Column
    function: str

    @property
    def name(self) -> str:
        return f"{self.column.name}_{self.function}"


# Signs that mean something else in a link; % comes first.
_WRITTEN = {sign: quote(sign) for sign in ("%", "&", "#", "+", " ", "\\", '"', "<", ">")}


def _count(name: str, zh: str, description: str) -> Column:
    return Column(
        name=name, kind="integer", zh=zh, en=name, description=description, example=12, nullable=False, label=""
    )


LINES = _count("lines", "行数", "How many rows are in the group.")
DISCLOSURES = _count("disclosures", "公开文件数", "How many disclosures the group's rows are out of.")
COUNTS = (LINES.name, DISCLOSURES.name)
HREF = Column(
    name="href",
    kind="text",
    zh="链接",
    en="link",
    description="Path of the list with exactly the rows of this group; null where no filter can say it.",
    example="/v1/expenditures?is_leaf=true&fund=all&fiscal_year=2025",
    filterable=False,
    sortable=False,
)


def label_name(column: Column) -> str:
    """The field with the name of a code or id: region_name, department_name, subject_name."""
    if column.name == "code":
        return "subject_name"
    return f"{column.name.removesuffix('_code').removesuffix('_id')}_name"


def label_column(column: Column) -> Column:
    """The name beside a code or id."""
    return Column(
        name=label_name(column),
        kind="text",
        zh=f"{column.zh}（名称）",
        en=f"name of the {column.en}",
        description=f"Name of the `{column.name}`.",
        example=None,
        sql=column.label.format(value=f"t.{column.name}"),
        filterable=False,
        sortable=False,
    )


def value_count(column: Column) -> Column:
    """How many rows have a value of a column: blank cells are no zeros."""
    return _count(f"{column.name}_count", f"{column.zh}（有值行数）", f"How many of the rows have a `{column.name}`.")


def measure_column(measure: Measure) -> Column:
    """The field of one measure."""
    zh, en = _WORDS[measure.function]
    column = measure.column
    digits = (
        f"It has {AVERAGE_DECIMALS} decimals more than the figures."
        if measure.function == "avg"
        else "It has as many decimals as the figure with most of them."
    )
    return replace(
        column,
        name=measure.name,
        zh=f"{column.zh}（{zh}）",
        en=f"{en.lower()} {column.en}",
        description=f"{en} `{column.name}` over the rows that have one; null where none has. {digits}",
        sql="",
        join=None,
        nullable=True,
        default=True,
    )


def group_columns(resource: Resource, groups: tuple[Column, ...], measures: tuple[Measure, ...]) -> Resource:
    """The groups of a resource as a resource of their own, over rows of the alias t."""
    columns: list[Column] = []
    for column in groups:
        columns.append(replace(column, sql="", join=None, default=True, sortable=True))
        if column.label:
            columns.append(label_column(column))
    columns += [LINES, DISCLOSURES]
    columns += [
        value_count(column) for column in {measure.column.name: measure.column for measure in measures}.values()
    ]
    columns += [measure_column(measure) for measure in measures if measure.function != "count"]
    columns.append(HREF)
    return Resource(
        name=resource.name,
        singular=f"{resource.singular}Group",
        plural=resource.plural,
        zh=f"{resource.zh}（汇总）",
        en=f"{resource.en}, aggregated",
        description=f"Groups of {resource.name} with their counts and measures.",
        source="",
        visible="",
        columns=tuple({column.name: column for column in columns}.values()),
        key="lines",
    )


@dataclass(frozen=True)
class Named:
    """A part of WITH that has each value of a group once, with its name and as a link writes it, behind `page`."""

    column: Column
    alias: str

    @property
    def table(self) -> str:
        label = self.column.label.format(value="v.value") if self.column.label else "null::text"
        link = f", {_escaped(self.column, 'v.value')} as written"
        if self.column.kind in ("text", "code"):
            link += ", strpos(v.value, ',') > 0 as unwritable"
        return f""",\n{self.alias} as materialized (
  select v.value, {label} as name{link} from (select distinct p."{self.column.name}" as value from page p) v)"""  # noqa: S608 - our own names

    @property
    def join(self) -> str:
        return f' left join {self.alias} on {self.alias}.value = t."{self.column.name}"'

    @property
    def name(self) -> str:
        return f"{self.alias}.name"


def link_parts(
    path: str, kept: list[str], groups: tuple[Column, ...], named: Mapping[str, Named] = MappingProxyType({})
) -> str:
    """The SQL of the list that holds a group's rows: the filters that stay, and each value of t as a filter.

    Null where a text has a comma: commas separate values, so that no filter takes it. `named` has what was written of
    values already.
    """
    fixed = "&".join(kept).replace("'", "''")
    parts = [f"'{fixed}'"] if fixed else []
    texts = []
    for column in groups:
        there = named.get(column.name)
        written = _escaped(column, f't."{column.name}"') if there is None else f"{there.alias}.written"
        if column.kind in ("text", "code"):
            texts.append(f"""strpos(t."{column.name}", ',') > 0""" if there is None else f"{there.alias}.unwritable")
        parts.append(
            f"coalesce('{column.name}=' || {written}, '{column.name}__isnull=true')"
            if column.nullable
            else f"'{column.name}=' || {written}"
        )
    if not parts:
        return f"'{path}'"
    link = f"'{path}?' || concat_ws('&', {', '.join(parts)})"
    return f"(case when not coalesce({' or '.join(texts)}, false) then {link} end)" if texts else link


def _escaped(column: Column, value: str) -> str:
    if column.kind not in ("text", "code"):
        return f"{value}::text"
    for sign, written in _WRITTEN.items():
        value = f"replace({value}, '{sign}', '{written}')"
    return value
