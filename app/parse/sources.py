"""The columns that say whose money pays, as provinces print them: field → pattern for the path of headings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Any group that only says that money comes, or of which budget year: 部门预算, 财政拨款收入, 单位资金.
_GROUP = (
    r"(?:(?:部门预算|(?:本年|当年|本级)?(?:财政拨款|拨款|收入|预算|支出)(?:收入|资金|支出|安排资金)?|资金来源|资金性质|单位资金(?:收入)?|"
    r"其他资金(?:收入)?|财政专户(?:管理|拨款)?(?:资金|收入)*)/)*"
)
_SUM = r"(?:/(?:小计|合计|金额))?"

FUND_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "general_public_budget": _GROUP + r"(?:一般)?公共预算(?:财政)?(?:拨款)?(?:收入|资金|支出)?" + _SUM,
        "government_fund": _GROUP + r"政府性?基金(?:预算)?(?:财政)?(?:拨款)?(?:收入|资金|支出)?" + _SUM,
        "state_capital": _GROUP + r"国有资本(?:经营)?(?:预算)?(?:财政)?(?:拨款)?(?:收入|资金|支出)?" + _SUM,
        "fiscal_appropriation": _GROUP
        + r"(?:(?:本级)?财政拨款(?:收入|资金|支出)?|本年拨款)/(?:小计|合计|金额)|(?:本级)?财政拨款(?:收入)?",
        "special_account": _GROUP
        + r"财政专户(?:管理|拨款)?(?:事业)?(?:资金)?(?:核拨)?(?:资金)?(?:拨款)?(?:收入)?(?:安排)?"
        + _SUM,
        "institutional": _GROUP + r"事业收入(?:\(.*\))?" + _SUM,
        "business_revenue": _GROUP + r"(?:事业单位)?经营(?:服务)?收入" + _SUM,
        "from_superior": _GROUP + r"上级(?:单位)?补助收入" + _SUM,
        "from_subordinates": _GROUP + r"(?:对)?(?:附属|下级)单位上缴收入" + _SUM,
        "unit_funds": _GROUP + r"单位(?:自有)?资金(?:收入)?" + _SUM,
        "other": _GROUP + r"其[他它](?:来源)?(?:收入|资金)" + _SUM,
        "surplus_used": _GROUP
        + r"(?:使用非财政拨款结余|用事业基金弥补收支差额|动用非财政拨款结余|非财政拨款结余)"
        + _SUM,
        "carried_over": _GROUP
        + r"(?:(?:上年|年初)?结转(?:和)?(?:结余)?|上年(?:财政拨款)?结转、?(?:结余)?(?:收入)?|上年结余、结转)(?:资金)?"
        + _SUM,
    }
)
