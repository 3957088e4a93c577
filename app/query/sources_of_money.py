"""The columns that say whose money pays: the same words on every resource whose statements print them."""

from __future__ import annotations

from types import MappingProxyType

from app.query.columns import Column, money

# Name → Chinese, English, what it is in Chinese.
_SOURCES = MappingProxyType(
    {
        "fiscal_appropriation": ("财政拨款", "Out of fiscal appropriation", "由财政拨款安排的部分。"),
        "general_public_budget": (
            "一般公共预算",
            "Out of the general public budget",
            "由一般公共预算安排的部分。",
        ),
        "government_fund": ("政府性基金预算", "Out of the government funds budget", "由政府性基金预算安排的部分。"),
        "state_capital": (
            "国有资本经营预算",
            "Out of the state capital operations budget",
            "由国有资本经营预算安排的部分。",
        ),
        "special_account": (
            "财政专户管理资金",
            "Out of funds managed in special fiscal accounts",
            "由财政专户管理资金安排的部分。",
        ),
        "institutional": ("事业收入", "Out of institutional revenue", "由事业收入安排的部分。"),
        "business_revenue": (
            "事业单位经营收入",
            "Out of business revenue of public institutions",
            "由事业单位经营收入安排的部分。",
        ),
        "from_superior": (
            "上级补助收入",
            "Out of subsidies from higher-level units",
            "由上级补助收入安排的部分。",
        ),
        "from_subordinates": (
            "附属单位上缴收入",
            "Out of remittances from subordinate units",
            "由附属单位上缴收入安排的部分。",
        ),
        "unit_funds": ("单位资金", "Out of the unit's own funds", "由单位资金安排的部分。"),
        "other": ("其他收入", "Out of other revenue", "由其他收入安排的部分。"),
        "surplus_used": (
            "使用非财政拨款结余",
            "Out of non-appropriation surplus",
            "由非财政拨款结余（早年为事业基金）安排的部分。",
        ),
        "carried_over": ("上年结转", "Out of money carried over from last year", "由上年结转资金安排的部分。"),
    }
)


def sources(*names: str, statements: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """A column of money for each of these sources, as far as the printed tables name it."""
    return tuple(money(name, *_SOURCES[name][:2], None, _SOURCES[name][2], statements=statements) for name in names)
