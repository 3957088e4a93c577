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
        "project_budget": ("预算资金", "project budget"),
        "fiscal": ("财政资金", "fiscal funds"),
        "other_funds": ("其他资金", "other funds"),
        "business_revenue": ("经营收入", "business revenue"),
        "surplus_used": ("使用非财政拨款结余", "non-appropriation surplus used"),
    }
)


def field_words(field: str) -> tuple[str, str]:
    """The Chinese and the English name of a column."""
    return _FIELDS.get(field, (field, field.replace("_", " ")))
