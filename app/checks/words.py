"""What columns are called in the sentences of results."""

from __future__ import annotations

from types import MappingProxyType

_FIELDS = MappingProxyType(
    {
        "total": ("合计", "total"),
        "value": ("价值", "value"),
        "quantity": ("数量", "quantity"),
        "unit_price": ("单价", "unit price"),
        "current_year": ("本年收入", "revenue of the year"),
        "fiscal_appropriation": ("财政拨款", "fiscal appropriation"),
        "outlay_grant": ("经费拨款", "grants for outlays"),
        "non_tax_grant": ("非税收入拨款", "grants out of non-tax revenue"),
        "general_public_budget": ("一般公共预算", "general public budget"),
        "government_fund": ("政府性基金预算", "government funds budget"),
        "state_capital": ("国有资本经营预算", "state capital operations budget"),
        "special_account": ("财政专户管理资金", "special fiscal accounts"),
        "institutional": ("事业收入", "institutional revenue"),
        "business": ("经营", "business"),
        "from_superior": ("上级补助收入", "subsidies from higher-level units"),
        "from_subordinates": ("附属单位上缴收入", "remittances from subordinate units"),
        "unit_funds": ("单位资金", "unit's own funds"),
        "other": ("其他收入", "other revenue"),
        "carried_over": ("上年结转", "carried over from last year"),
        "carried_over_general_public_budget": ("上年结转一般公共预算", "carried over, general public budget"),
        "carried_over_government_fund": ("上年结转政府性基金预算", "carried over, government funds budget"),
        "carried_over_state_capital": ("上年结转国有资本经营预算", "carried over, state capital operations budget"),
        "carried_over_special_account": ("上年结转财政专户管理资金", "carried over, special fiscal accounts"),
        "carried_over_unit_funds": ("上年结转单位资金", "carried over, unit's own funds"),
        "carried_over_fiscal": ("财政拨款结转", "carried over, fiscal"),
        "carried_over_other": ("非财政拨款结转结余", "carried over, other"),
        "other_channels": ("其他渠道资金", "other channels"),
        "basic": ("基本支出", "basic expenditure"),
        "personnel": ("人员经费", "personnel expenses"),
        "public": ("公用经费", "public expenses"),
        "project": ("项目支出", "project expenditure"),
        "to_superior": ("上缴上级支出", "remittances to higher-level units"),
        "to_subordinates": ("对附属单位补助支出", "subsidies to subordinate units"),
        "opening_balance": ("年初结转和结余", "opening balance"),
        "revenue": ("本年收入", "revenue of the year"),
        "closing_balance": ("年末结转和结余", "closing balance"),
        "change": ("增减", "change"),
        "change_percent": ("增减幅度", "change in per cent"),
        "change_without_construction": ("扣除基建投资后增减", "change without capital construction"),
        "change_percent_without_construction": (
            "扣除基建投资后增减幅度",
            "change without capital construction in per cent",
        ),
        "without_construction": ("扣除基建投资后", "without capital construction"),
        "procurement": ("政府采购", "government procurement"),
        "reserved_for_small_firms": ("预留中小企业", "reserved for small and medium firms"),
        "reserved_for_micro_firms": ("预留小微企业", "reserved for small and micro firms"),
        "project_budget": ("预算资金", "project budget"),
        "fiscal": ("财政资金", "fiscal funds"),
        "other_funds": ("其他资金", "other funds"),
        "business_revenue": ("经营收入", "business revenue"),
        "surplus_used": ("使用非财政拨款结余", "non-appropriation surplus used"),
        "initial_budget": ("年初预算数", "initial budget"),
        "adjusted_budget": ("全年预算数", "adjusted budget"),
        "executed": ("全年执行数", "executed"),
        "execution_rate": ("执行率", "execution rate"),
        "plan_march": ("3月底", "by the end of March"),
        "plan_june": ("6月底", "by the end of June"),
        "plan_october": ("10月底", "by the end of October"),
        "plan_december": ("12月底", "by the end of December"),
        "weight": ("分值", "weight"),
        "level1_weight": ("一级指标分值", "weight of the first level"),
        "score": ("得分", "score"),
        "grade": ("评价等级", "grade"),
        "target": ("指标值", "target"),
        "level2": ("二级指标", "second level"),
        "level3": ("三级指标", "third level"),
    }
)

_POINTS = ("分", " points")
_PER_CENT = ("%", "%")
# Columns that hold no money, and what stands behind their figures in a sentence.
_NOT_MONEY = MappingProxyType(
    {
        "quantity": ("", ""),
        "percent": _PER_CENT,
        "execution_rate": _PER_CENT,
        "change_percent": _PER_CENT,
        "change_percent_without_construction": _PER_CENT,
        "plan_march": _PER_CENT,
        "plan_june": _PER_CENT,
        "plan_october": _PER_CENT,
        "plan_december": _PER_CENT,
        "weight": _POINTS,
        "level1_weight": _POINTS,
        "score": _POINTS,
        "target_number": ("", ""),
    }
)
POINTS = frozenset(field for field, measured in _NOT_MONEY.items() if measured == _POINTS)


def is_money(field: str) -> bool:
    """Whether the figures of a column are amounts of money."""
    return field not in _NOT_MONEY


def measure(field: str) -> tuple[str, str]:
    """What stands behind a figure of a column that holds no money, in Chinese and in English."""
    return _NOT_MONEY.get(field, ("", ""))


def field_words(field: str) -> tuple[str, str]:
    """The Chinese and the English name of a column."""
    return _FIELDS.get(field, (field, field.replace("_", " ")))
