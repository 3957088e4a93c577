"""The words of every closed list: what each value is called in Chinese and in English.

A column takes one of these tables as its `choices`; filters, OpenAPI, the dictionary, the data package and the pages
read it from there. Terms are those that the forms print, and their usual English.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, get_args

from app import codelists, records, values


class Word(NamedTuple):
    """What one value of a closed list means."""

    zh: str
    en: str


Words: TypeAlias = Mapping[str, Word]


def _words(**said: tuple[str, str]) -> Words:
    """A table whose values are identifiers."""
    return MappingProxyType({value: Word(*word) for value, word in said.items()})


def _some(words: Words, *wanted: str) -> Words:
    """The part of a table that a column can have, with the same words."""
    return MappingProxyType({value: words[value] for value in wanted})


KIND = _words(budget=("部门预算", "departmental budget"), final=("部门决算", "departmental final account"))
SCOPE = _words(
    department=("部门汇总（含所属单位）", "the department with its subordinate units"),
    unit=("单位（仅本单位）", "one body alone"),
)
PHASE = _words(
    initial_budget=("年初预算数", "initial budget, as a final account states it"),
    adjusted_budget=("全年预算数（调整预算数）", "adjusted (full-year) budget"),
    budget=("预算数", "budget, as a budget document states it"),
    final=("决算数", "final-account amount"),
)
FUND = _words(
    all=("全部资金", "all funds"),
    fiscal_appropriation=("财政拨款", "fiscal appropriation of all budgets"),
    general_public_budget=("一般公共预算", "general public budget"),
    government_fund=("政府性基金预算", "government funds budget"),
    state_capital=("国有资本经营预算", "state capital operations budget"),
)
UNIT: Words = MappingProxyType({unit.value: Word(unit.zh, unit.en) for unit in values.Unit})
LEVEL = _words(
    total=("合计行", "total row"),
    unit=("单位行", "row of one institution"),
    **{"class": ("类", "class (类)")},
    division=("款", "division (款)"),
    item=("项", "item (项)"),
)
SUBJECT_LEVEL = _some(LEVEL, "class", "division", "item")
REGION_LEVEL = _words(
    country=("国家（中央）", "country (central government)"),
    province=("省级", "province"),
    prefecture=("地级（市、地区、州、盟）", "prefecture"),
    county=("县级（县、市、区、旗）", "county"),
)
STATEMENT = _words(
    revenue_and_expenditure=(
        "部门收支总表（决算：收入支出决算总表）",
        "balance of revenue and expenditure",
    ),
    revenue=("部门收入总表（决算：收入决算表）", "revenue statement"),
    expenditure=("部门支出总表（决算：支出决算表）", "expenditure statement"),
    fiscal_appropriation=(
        "财政拨款收支总表（决算：财政拨款收入支出决算总表）",
        "balance of fiscal appropriation",
    ),
    general_public_budget_expenditure=(
        "一般公共预算支出表（决算：一般公共预算财政拨款支出决算表）",
        "expenditure of the general public budget",
    ),
    basic_expenditure_by_economic=(
        "一般公共预算基本支出表（决算：一般公共预算财政拨款基本支出决算表）",
        "basic expenditure of the general public budget by economic code",
    ),
    general_public_budget_by_economic=(
        "一般公共预算支出表（按经济分类）",
        "expenditure of the general public budget by economic code",
    ),
    appropriation_expenditure=("财政拨款支出表", "expenditure of fiscal appropriation"),
    appropriation_basic_expenditure=(
        "财政拨款基本支出表",
        "basic expenditure of fiscal appropriation by economic code",
    ),
    basic_expenditure=("基本支出表（全部资金）", "basic expenditure of all funds by economic code"),
    government_fund_expenditure=(
        "政府性基金预算支出表（决算：政府性基金预算财政拨款收入支出决算表）",
        "expenditure of the government funds budget",
    ),
    state_capital_expenditure=(
        "国有资本经营预算支出表（决算：国有资本经营预算财政拨款支出决算表）",
        "expenditure of the state capital operations budget",
    ),
    three_public=("财政拨款“三公”经费支出表", "three public expenses"),
    project_expenditure=("项目支出表", "project expenditure"),
    performance_targets=("绩效目标表", "performance targets"),
    self_evaluation=("绩效自评表", "performance self-evaluation"),
    procurement=("政府采购预算表", "government procurement budget"),
    fixed_assets=("固定资产占用情况表", "fixed assets held"),
    agency_operating=("机关运行经费（支出表或文字说明）", "agency operating expenses, as a table or in the narrative"),
    institutions=("部门机构设置情况", "institutions of the department"),
    unrecognised=("未识别的表格", "a table that no known form claims"),
)
STATEMENT_STATUS = _words(
    reported=("已填报", "has rows"),
    declared_empty=("空表（原文件声明无数据）", "printed and declared empty"),
    missing=("缺表（原文件中没有）", "not in the document"),
    unreadable=("无法读取", "in the document but not readable"),
)
FILE_FORMAT = _words(
    text=("纯文本", "plain text"),
    pdf=("PDF 文件", "PDF"),
    docx=("Word 文档", "Word document"),
    xlsx=("Excel 工作簿", "Excel workbook"),
    html=("网页", "web page"),
    doc=("旧版 Word 文档", "old Word document"),
    xls=("旧版 Excel 工作簿", "old Excel workbook"),
)
NUMBER_UNIT: Words = MappingProxyType({"per cent": Word("百分比（%）", "per cent"), "points": Word("分", "points")})
SIDE = _words(
    revenue=("收入", "revenue"),
    expenditure=("支出", "expenditure"),
    expenditure_by_kind=("支出（按支出性质）", "expenditure by kind: basic, project and others"),
    expenditure_by_economic=("支出（按部门预算经济分类）", "expenditure by departmental economic class"),
    expenditure_by_government_economic=("支出（按政府预算经济分类）", "expenditure by governmental economic class"),
)
BALANCE_ROLE = _words(
    item=("收入来源或支出功能分类项目", "source of revenue or functional class of expenditure"),
    item_part=("收支项目的其中项", "part of an item"),
    year_total=("本年收入（支出）合计", "total of the year"),
    opening_balance=("上年结转（年初结转和结余）", "opening carry-over and surplus"),
    closing_balance=("结转下年（年末结转和结余）", "closing carry-over and surplus"),
    balance_part=("结转结余的其中项", "part of an opening or closing balance"),
    surplus_used=("使用非财政拨款结余", "use of non-appropriation surplus"),
    surplus_distributed=("结余分配", "distribution of surplus"),
    grand_total=("收入（支出）总计", "grand total with balances"),
)
THREE_PUBLIC_ITEM = _words(
    total=("合计", "total"),
    overseas_trips=("因公出国（境）费", "official overseas trips"),
    vehicles=("公务用车购置及运行维护费", "official vehicles: purchase and operation"),
    vehicle_purchase=("公务用车购置费", "purchase of official vehicles"),
    vehicle_operation=("公务用车运行维护费", "operation and maintenance of official vehicles"),
    receptions=("公务接待费", "official receptions"),
    meetings=("会议费", "meetings"),
    training=("培训费", "training"),
    agency_operating=("机关运行经费", "agency operating expenses"),
    grand_total=("总计（含会议费、培训费等）", "total with meetings, training and the like"),
    administrative=("行政经费", "administrative expenses"),
)
EVALUATED = _words(project=("项目", "a project"), department=("部门整体", "the department as a whole"))
COMPARISON: Words = MappingProxyType(
    {
        "≥": Word("大于等于", "at least"),
        "≤": Word("小于等于", "at most"),
        "=": Word("等于", "exactly"),
        ">": Word("大于", "more than"),
        "<": Word("小于", "less than"),
    }
)
EVALUATION_ITEM = _words(
    total=("年度资金总额", "all money of the year"),
    fiscal_appropriation=("当年财政拨款", "fiscal appropriation of the year"),
    general_public_budget=("一般公共预算", "general public budget"),
    government_fund=("政府性基金预算", "government funds budget"),
    state_capital=("国有资本经营预算", "state capital operations budget"),
    special_account=("财政专户管理资金", "funds managed in special fiscal accounts"),
    carried_over=("上年结转资金", "carried over from last year"),
    other_funds=("其他资金", "other funds"),
    basic_expenditure=("基本支出", "basic expenditure"),
    project_expenditure=("项目支出", "project expenditure"),
    overall=("总分", "total score of the table"),
)
ASSET_ITEM = _words(
    total=("资产总额", "all fixed assets"),
    buildings=("房屋", "buildings"),
    office_space=("其中：办公用房", "of the buildings: office space"),
    vehicles=("车辆", "vehicles"),
    large_equipment=("大型设备（单价达到表内所列标准）", "equipment above the unit price that the form names"),
    other=("其他固定资产", "other fixed assets"),
)
TOPIC = _words(
    revenue=("收入", "revenue"),
    expenditure=("支出", "expenditure"),
    fiscal_appropriation=("财政拨款收支", "fiscal appropriation"),
    general_public_budget=("一般公共预算支出", "general public budget"),
    basic_expenditure=("基本支出", "basic expenditure"),
    government_fund=("政府性基金预算", "government funds budget"),
    state_capital=("国有资本经营预算", "state capital operations budget"),
    three_public=("“三公”经费", "three public expenses"),
    agency_operating=("机关运行经费", "agency operating expenses"),
    general_expenses=("会议费、培训费等一般性支出", "general expenses such as meetings and training"),
    procurement=("政府采购", "government procurement"),
    assets=("国有资产占用", "state-owned assets"),
    performance=("预算绩效", "performance"),
)
STATED_MEASURE = _words(amount=("金额", "an amount"), change=("增减额", "a change against another year"))
DIRECTION = _words(increase=("增加", "increase"), decrease=("减少", "decrease"), unchanged=("持平", "unchanged"))
PERCENT_KIND = _words(
    share=("占比", "share of a whole"),
    growth=("增长率（下降率）", "rate of growth or decline"),
    completion=("完成年初预算的比例", "share of the initial budget that was spent"),
)
SEVERITY = _words(
    info=("提示", "worth knowing"),
    warning=("警告", "doubtful: look at the printed table"),
    error=("错误", "could not be read or placed"),
)
# What each code of a finding says in a sentence; its message says the rest. A reader of documents may know more codes.
FINDING = _words(
    amount_not_stated=(
        "文字中的这个数字不是金额陈述，例如限额或模板残留",
        "a figure in the text that states no amount",
    ),
    amount_not_understood=("文字中的这个数字所指不明", "it is not clear what a figure in the text measures"),
    claimed_twice=("有多种表式都与此表相符，只按原样保留", "several forms claim the table; it is kept as printed"),
    code_missing=("表中没有科目编码，而名称对应多个科目", "no code is printed, and the name fits several subjects"),
    code_recovered=("表中没有科目编码，按名称和位置补出", "no code is printed; it follows from the name and its place"),
    columns_not_understood=("各行有数字，但都不在可识别的栏目下", "the rows hold numbers, none under a known heading"),
    empty_without_word=("表中没有金额，文件也没有说明原因", "the table holds no amount and nothing says why"),
    external_reference=("文件引用了外部内容，未读取", "the file refers to things outside of it, which are not fetched"),
    formula_without_value=("有公式没有保存计算结果", "formulas whose values the file does not keep"),
    heading_not_understood=(
        "表头无法识别，金额只保留在原表中",
        "the headings are not understood; amounts stay as printed",
    ),
    hidden_content=("文件中隐藏的内容未读取", "what the file hides is not read"),
    invalid_code=("科目编码不合规则", "the code of a subject is not well formed"),
    macros_ignored=("文件带有宏，既未运行也未读取", "the file carries macros; they are neither run nor read"),
    name_missing=("有科目编码而没有名称", "a code without a name"),
    number_format_unknown=(
        "数字格式无法识别，按存储值给出",
        "a number format that is not known; numbers are given as stored",
    ),
    number_only_in_grid=("这个数字只保留在原表中，未归入任何字段", "a number that is kept in the printed table only"),
    other_body=("此表属于另一单位，只按原样保留", "the table is of another body; it is kept as printed"),
    record_not_valid=("读出的内容不合记录规则", "what was read is no valid record"),
    repeated_code=("同一科目编码出现两次", "a code is printed twice"),
    row_not_understood=("这一行无法识别", "a row that is not understood"),
    second_classification=(
        "第二种分类的编码只保留在原表中",
        "codes of a second classification are kept as printed only",
    ),
    short_row=("这一行的单元格不全", "a row whose last cells are missing"),
    template_residue=("文字中残留的模板用语或未选定的写法", "the text still holds words of its template"),
    unknown_unit=("金额单位不明，金额只保留在原表中", "the unit of money is unknown; amounts stay as printed"),
    unlisted_code=("科目编码不在随程序附带的科目表中", "a code that is not in the packaged list"),
    unlisted_name=("没有科目用此名称", "no subject has this name"),
    unparsable_amount=("单元格应为金额而不是", "a cell that should hold an amount and does not"),
    unplaced_month=("资金支出计划的月份无处可放", "a month of the payment plan that no field holds"),
    unplaced_row=(
        "表式中没有此项，数字只保留在原表中",
        "a row that the form does not know; its figures stay as printed",
    ),
    unreadable_page=("此页是没有文字的图片，未读取", "a page that is a picture without text"),
    unrecognised_table=("没有表式与此表相符，只按原样保留", "no form claims the table; it is kept as printed"),
)
CHECK_STATUS = _words(
    passed=("相符", "the figures agree"),
    rounding=("在四舍五入范围内", "they differ by no more than rounding explains"),
    failed=("不符", "they differ by more than rounding explains"),
    not_applicable=("不适用", "the document prints nothing that the rule compares"),
    insufficient=("不足以判定", "what is printed, or what could be read, is not enough to judge"),
)
# Not the values that a release can have: an earlier one may hold results of a rule that is no more.
CHECK_RULE: Words = MappingProxyType({rule: Word(*titles) for rule, titles in codelists.check_rules().items()})
CHECK_SEVERITY = _words(
    error=("错误", "the figures contradict each other"),
    warning=("警告", "very likely a contradiction"),
    notice=("提示", "usually the same, with known exceptions"),
)
CHECK_BASIS = _words(
    form=("报表格式", "what the form says of its rows and columns"),
    regulation=("制度规定", "a regulation or a classification"),
    arithmetic=("算术关系", "arithmetic alone"),
)
SUBJECT_SOURCE: Words = MappingProxyType(
    {
        "code list": Word("随程序附带的科目表", "in the packaged list"),
        "disclosure": Word("首次见于公开文件", "first seen in a disclosure"),
    }
)
CONFIDENCE = _words(
    verified=("两份以上文件印证", "printed in two or more documents"),
    single_document=("仅见于一份文件", "printed in one document only"),
    seed_row_label=("仅见于无编码的行名", "known only as the name of a row without a code"),
)
CLASSIFICATION = _words(
    department=("部门预算支出经济分类（301—399）", "economic classification of departmental budgets (301-399)"),
    government=("政府预算支出经济分类（501—599）", "economic classification of government budgets (501-599)"),
)
MATCHED = _words(
    two_documents=("预算与决算两份文件均已公开", "a budget and a final account"),
    final_account=("仅有决算，年初预算取自决算文件", "the final account alone, with an initial budget of its own"),
    budget_only=("仅有预算", "a budget alone"),
    final_only=("仅有决算，无年初预算", "a final account alone, without an initial budget"),
)
INITIAL_BUDGET_SOURCE = _words(
    budget_document=("预算公开文件", "the budget's document"),
    final_account=("决算报表所列年初预算数", "a table of the final account"),
    narrative=("决算文字说明", "the narrative of the final account"),
    self_evaluation=("绩效自评表", "the self-evaluation"),
)
CHANGE = _words(
    added=("新增", "a row that was not there"),
    changed=("变更", "a row that says something else"),
    removed=("删除", "a row that is no longer there"),
)
CHANGE_REASON = _words(
    new_document=("新公开文件", "a disclosure that was not there"),
    new_revision=("公开文件更新", "the published file is another one"),
    extraction_mended=("读取结果更正", "the same file, from which other content is read or kept"),
    checks=("核对规则更新", "the same content, held against other rules"),
    withdrawn=("撤下", "the disclosure is no longer there"),
)
UPDATE = _words(
    upserted=("写入", "to be put in place of what is there under its key, or added"),
    removed=("移除", "to be taken away"),
)


def _optional(annotation: object) -> object:
    """The Literal of `Literal[...] | None`."""
    return next(one for one in get_args(annotation) if one is not type(None))


# The tables whose values the record contract fixes: a value that is added there needs its words here.
BY_CONTRACT: tuple[tuple[Words, object], ...] = (
    (KIND, records.Kind),
    (SCOPE, records.Scope),
    (PHASE, records.Phase),
    (FUND, records.Fund),
    (LEVEL, records.RowLevel),
    (STATEMENT, records.StatementKey),
    (STATEMENT_STATUS, records.StatementStatus),
    (FILE_FORMAT, records.Disclosure.model_fields["format"].annotation),
    (SIDE, records.BalanceLine.model_fields["side"].annotation),
    (BALANCE_ROLE, records.BalanceLine.model_fields["role"].annotation),
    (THREE_PUBLIC_ITEM, records.ThreePublicLine.model_fields["item"].annotation),
    (EVALUATED, records.PerformanceIndicator.model_fields["subject"].annotation),
    (EVALUATION_ITEM, records.EvaluationLine.model_fields["item"].annotation),
    (ASSET_ITEM, records.AssetItem.model_fields["item"].annotation),
    (TOPIC, records.StatedAmount.model_fields["topic"].annotation),
    (STATED_MEASURE, records.StatedAmount.model_fields["measure"].annotation),
    (DIRECTION, _optional(records.StatedAmount.model_fields["direction"].annotation)),
    (PERCENT_KIND, _optional(records.StatedAmount.model_fields["percent_kind"].annotation)),
    (COMPARISON, _optional(records.PerformanceIndicator.model_fields["target_operator"].annotation)),
    (SEVERITY, records.Finding.model_fields["severity"].annotation),
    (CHECK_STATUS, records.CheckStatus),
    (CHECK_SEVERITY, records.CheckSeverity),
    (CHECK_BASIS, records.CheckBasis),
)
