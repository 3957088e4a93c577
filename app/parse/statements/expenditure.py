"""支出总表 / 支出决算表 and the expenditure statements of one fund: expenditure by functional code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.parse import titles
from app.parse.coded import LABELS, coded_rows, leave_other_codes, record_fields
from app.parse.columns import match_columns
from app.parse.comparison import WITHOUT_CONSTRUCTION, changes, years_before
from app.parse.forms import Context, Form, FormResult
from app.parse.frame import open_frame, settle_status
from app.parse.grid import TitledGrid
from app.parse.sources import FUND_COLUMNS
from app.records import ExpenditureLine, Fund, Kind, StatementKey
from app.values import fold

# Any group above the columns: 本年支出, 一般公共预算支出, 2025年预算数 (the year itself is taken out before).
_GROUP = (
    r"(?:(?:本年支出(?:合计)?|支出|预算数|决算数|(?:一般公共|政府性?基金|国有资本经营)(?:预算)?(?:财政拨款)?支出)/)*"
)
AMOUNTS: Mapping[str, str] = {
    "opening_balance": r"(?:上年|年初)(?:财政拨款)?(?:结转|结余)(?:和结余|结余)?(?:/(?:小计|合计))?",
    "closing_balance": r"(?:年末|年终)(?:财政拨款)?(?:结转|结余)(?:和结余|结余)?(?:/(?:小计|合计))?",
    "revenue": r"本年收入(?:/(?:小计|合计))?",
    "personnel": _GROUP + r"(?:基本支出(?:合计)?/)?人员(?:经费|支出|经费支出)",
    "public": _GROUP + r"(?:基本支出(?:合计)?/)?(?:日常)?公用(?:经费|支出|经费支出)",
    "basic": _GROUP + r"基本支出(?:/(?:小计|合计))?",
    # 专项业务经费 is what Shaanxi calls project expenditure.
    "project": _GROUP + r"(?:项目支出|专项业务经费支出)(?:/(?:小计|合计|项目支出总数))?",
    "business": _GROUP + r"(?:事业单位)?经营支出",
    "to_superior": _GROUP + r"上[缴解]上级(?:单位)?支出",
    "to_subordinates": _GROUP + r"对附属单位补助(?:支出)?",
    "without_construction": WITHOUT_CONSTRUCTION,
    "total": _GROUP
    + r"(?:支出)?(?:合计|小计|总计)(?:数)?|本年支出(?:合计)?|(?:本年)?支出合计|(?:本年)?(?:年初)?(?:预算|决算)数",
}
# Some provinces print the statement of all money by its sources, in place of basic and project expenditure.
AMOUNTS_BY_SOURCE: Mapping[str, str] = {
    **{name: FUND_COLUMNS[name] for name in FUND_COLUMNS if name in ExpenditureLine.model_fields},
    **AMOUNTS,
    # Shenzhen prints what will be bought beside the expenditure.
    "procurement": r"政府采购(?:项目|预算)?(?:/(?:小计|合计|金额))?",
    "reserved_for_micro_firms": r"(?:政府采购(?:项目|预算)?/)?.*预留.*微型?企业.*",
    "reserved_for_small_firms": r"(?:政府采购(?:项目|预算)?/)?.*预留.*中小企业.*",
    "total": AMOUNTS["total"] + r"|部门预算/(?:合计|总计|小计)",
    "opening_balance": FUND_COLUMNS["carried_over"] + "|" + AMOUNTS["opening_balance"],
}
_HEADING = re.compile(
    r"本年支出|(?:\d{4}年)?政府采购(?:项目|预算)?|功能分类科目|功能科目|支出|项目|小计|人员(?:经费|支出)|(?:日常)?公用(?:经费|支出)|(?:\d{4}年)?(?:预算数|决算数|执行数)|"
    r".*(?:财政拨款|预算)支出|" + "|".join([*LABELS.values(), *AMOUNTS_BY_SOURCE.values()])
)
# Beijing prints both economic classes of each row beside its functional one.
_ECONOMIC = re.compile(r".*经济(?:分类)?(?:科目)?(?:编码|代码|名称)?")
_ENDING = re.compile(r"支出(?:预算|决算|功能分类预算)?(?:总表|明细表|总体情况表|情况表|表)$")


def _reads_expenditure(table_title: str) -> bool:
    """Expenditure by function, and not of the other tables that print 支出: both sides, basic only, 三公, projects."""
    plain = titles.plain(table_title)
    return (
        _ENDING.search(plain) is not None
        and not titles.is_balance(plain)
        and not titles.of_three_public(plain)
        and not titles.of_projects(plain)
        and "基本支出" not in plain
        and "机关运行" not in plain
        and not (titles.by_economic(table_title) and not titles.by_function(table_title))
    )


def _claims_all(table: TitledGrid) -> bool:
    return (
        _reads_expenditure(table.title)
        and not titles.of_one_fund(table.title)
        and not titles.of_appropriation(table.title)
        and "收入" not in titles.plain(table.title)
    )


def _claims_appropriation(table: TitledGrid) -> bool:
    return (
        _reads_expenditure(table.title)
        and titles.of_appropriation(table.title)
        and not titles.of_one_fund(table.title)
        and "结转" not in titles.plain(table.title)
        and not _both_sides(table)
    )


def _claims_general(table: TitledGrid) -> bool:
    return _reads_expenditure(table.title) and titles.of_general_budget(table.title) and not _both_sides(table)


def _claims_fund(table: TitledGrid) -> bool:
    return _reads_expenditure(table.title) and titles.of_government_fund(table.title) and not _both_sides(table)


def _claims_capital(table: TitledGrid) -> bool:
    return _reads_expenditure(table.title) and titles.of_state_capital(table.title) and not _both_sides(table)


def _both_sides(table: TitledGrid) -> bool:
    """Whether the columns have two lists of items side by side, as a 收支表 of one fund has."""
    head = [fold(cell) for row in table.grid.rows[:4] for cell in row]
    return "收入" in head and "支出" in head


def _reader(key: StatementKey, fund: Fund, amounts: Mapping[str, str]) -> Callable[[TitledGrid, Context], FormResult]:
    def read(table: TitledGrid, context: Context) -> FormResult:
        """One ExpenditureLine a row, and one of each earlier year that the table prints beside its own."""
        result, frame = open_frame(table, context, key=key, is_heading=lambda text: bool(_HEADING.fullmatch(text)))
        if frame is None:
            return result
        columns = match_columns(frame.heading, amounts, fiscal_year=context.fiscal_year)
        compared = changes(frame.heading)
        before = years_before(frame.heading, amounts, fiscal_year=context.fiscal_year)
        economic = [column for column, path in enumerate(frame.heading.paths) if _ECONOMIC.fullmatch("/".join(path))]
        leave_other_codes(frame, economic)
        rows = coded_rows(frame, "functional")
        frame.note_short_rows([row.row for row in rows if not row.amounts_shift])
        for row in rows:
            fields = {**record_fields(frame, row, columns | compared), "fund": fund}
            result.records.append(ExpenditureLine.model_validate(fields))
            for one in before:
                fields = {**record_fields(frame, row, one.columns), "fund": fund}
                if fields["cells"]:
                    when = {"fiscal_year": one.fiscal_year, "phase": one.phase}
                    result.records.append(ExpenditureLine.model_validate({**fields, **when}))
        return settle_status(table, frame)

    return read


def _form(
    key: StatementKey,
    name: str,
    fund: Fund,
    claims: Callable[[TitledGrid], bool],
    *,
    amounts: Mapping[str, str] = AMOUNTS,
    expected: bool = True,
) -> Form:
    kinds: frozenset[Kind] = frozenset({"budget", "final"}) if expected else frozenset()
    return Form(key=key, name=name, claims=claims, read=_reader(key, fund, amounts), expected_in=kinds)


EXPENDITURE = _form("expenditure", "部门支出总表", "all", _claims_all, amounts=AMOUNTS_BY_SOURCE)
APPROPRIATION = _form(
    "appropriation_expenditure", "财政拨款支出表", "fiscal_appropriation", _claims_appropriation, expected=False
)
GENERAL = _form(
    "general_public_budget_expenditure", "一般公共预算财政拨款支出表", "general_public_budget", _claims_general
)
GOVERNMENT_FUND = _form("government_fund_expenditure", "政府性基金预算财政拨款支出表", "government_fund", _claims_fund)
STATE_CAPITAL = _form("state_capital_expenditure", "国有资本经营预算财政拨款支出表", "state_capital", _claims_capital)
