"""收入总表 / 收入决算表: revenue by functional code and source."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.parse import titles
from app.parse.coded import LABELS, coded_rows, record_fields
from app.parse.columns import match_columns
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import open_frame, settle_status
from app.parse.grid import TitledGrid
from app.records import RevenueLine, StatementKey

KEY: StatementKey = "revenue"

# Groups over the sources, of which one may stand over another.
_THIS_YEAR = (
    r"(?:(?:本年收入(?:合计)?|部门预算|本级财政拨款|财政拨款(?:收入)?|财政专户(?:管理|拨款)(?:资金|收入)*|单位资金(?:收入)?|"
    r"其他资金(?:收入)?)/)*"
)
_CARRIED_OVER = r"(?:上年|年初)?(?:财政拨款)?结转(?:和|、)?(?:结余)?(?:资金|收入)?"
# Whose money was carried over, where the columns say so.
_OWNERS: Mapping[str, str] = {
    "general_public_budget": r"一般公共预算(?:财政)?(?:拨款)?(?:结转(?:结余)?)?",
    "government_fund": r"政府性?基金(?:预算)?(?:财政)?(?:拨款)?(?:结转(?:结余)?)?",
    "state_capital": r"国有资本经营(?:预算)?(?:财政)?(?:拨款)?(?:结转(?:结余)?)?",
    "special_account": r"财政专户(?:管理)?(?:资金)?(?:结转(?:结余)?)?",
    "unit_funds": r"单位(?:自有)?资金(?:结转(?:结余)?)?",
}
# Columns by the path of their headings; the first pattern that fits decides.
AMOUNTS: Mapping[str, str] = {
    "total": r"(?:部门预算/)?(?:收入)?(?:合计|总计|总收入)|(?:本年)?收入合计",
    "current_year": r"本年收入(?:/(?:小计|合计))?|本年收入合计/(?:小计|合计)",
    "general_public_budget": _THIS_YEAR + r"(?:一般)?公共预算(?:财政)?(?:拨款)?(?:收入|资金)?(?:/(?:小计|合计))?",
    # Hunan tells apart what of the appropriation comes out of fees and fines.
    "outlay_grant": _THIS_YEAR
    + r"(?:其中:?)?经费拨款(?:\(补助\))?|"
    + _THIS_YEAR
    + r"一般公共预算(?:收入)?/其中:财政拨款",
    "non_tax_grant": _THIS_YEAR + r"(?:其中:?)?(?:纳入)?.*(?:预算)?(?:管理的?)?非税收入.*拨款",
    "government_fund": _THIS_YEAR + r"政府性?基金(?:预算)?(?:财政)?(?:拨款)?(?:收入|资金)?(?:/(?:小计|合计))?",
    "state_capital": _THIS_YEAR + r"国有资本经营(?:预算)?(?:财政)?(?:拨款)?(?:收入|资金)?(?:/(?:小计|合计))?",
    "fiscal_appropriation": r"(?:(?:本年收入(?:合计)?|部门预算)/)?(?:本级)?财政拨款(?:收入)?(?:/(?:小计|合计|金额))?",
    "special_account": r"(?:(?:本年收入(?:合计)?|部门预算)/)?"
    r"财政专户(?:管理|拨款)?(?:事业)?(?:资金)?(?:核拨)?(?:资金)?(?:拨款)?(?:收入)?(?:/(?:小计|合计))?",
    "institutional": _THIS_YEAR + r"事业收入(?:\(.*\))?(?:/(?:小计|合计|金额))?",
    "business": _THIS_YEAR + r"(?:事业单位)?经营(?:服务)?收入",
    "from_superior": _THIS_YEAR + r"上级(?:单位)?补助收入",
    "from_subordinates": _THIS_YEAR + r"(?:对)?(?:附属|下级)单位上缴收入",
    "unit_funds": r"(?:(?:本年收入(?:合计)?|部门预算)/)?单位资金(?:收入)?(?:/(?:小计|合计))?",
    "other": _THIS_YEAR + r"其[他它](?:来源)?(?:收入|资金)",
    "surplus_used": r"(?:部门预算/|本年收入/)?(?:使用非财政拨款结余|用事业基金弥补收支差额|动用非财政拨款结余)",
    **{
        f"carried_over_{name}": rf"(?:部门预算/)?{_CARRIED_OVER}/(?:{fund})(?:资金|收入)?"
        for name, fund in _OWNERS.items()
    },
    "carried_over": r"(?:部门预算/)?(?:(?:上年|年初)?结转(?:和)?(?:结余)?(?:/(?:小计|合计))?|"
    r"上年(?:财政拨款)?结转、?(?:结余)?(?:收入)?|上年结余、结转)",
}
_HEADING = re.compile(
    r"本年收入|功能分类科目|收入|项目|小计|财政拨款|" + "|".join([*LABELS.values(), *AMOUNTS.values()])
)


def claims(table: TitledGrid) -> bool:
    """By the title: revenue, of all sources, and not both sides of the account."""
    title = titles.plain(table.title)
    return (
        re.search(r"收入(?:预算|决算)?(?:总表|明细表|总体情况表|情况表|表)$", title) is not None
        and not titles.is_balance(title)
        and not titles.of_one_fund(title)
        and not titles.of_appropriation(title)
        and not titles.of_projects(title)
    )


def read(table: TitledGrid, context: Context) -> FormResult:
    """One RevenueLine a row."""
    result, frame = open_frame(table, context, key=KEY, is_heading=lambda text: bool(_HEADING.fullmatch(text)))
    if frame is None:
        return result
    columns = match_columns(frame.heading, AMOUNTS, fiscal_year=context.fiscal_year)
    rows = coded_rows(frame, "functional")
    frame.note_short_rows([row.row for row in rows if not row.amounts_shift])
    for row in rows:
        result.records.append(RevenueLine.model_validate(record_fields(frame, row, columns)))
    return settle_status(table, frame)


FORM = Form(key=KEY, name="部门收入总表", claims=claims, read=read, expected_in=frozenset({"budget", "final"}))
