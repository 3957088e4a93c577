"""What was planned and what was spent: budget and final account of the same department, year, fund and code."""

from app.query import words
from app.query.columns import Column, Resource, money
from app.query.expenditures import FUND
from app.query.facts import FISCAL_YEAR, JOINS, SCOPE, owner_columns
from app.query.includes import subject_include

# Amounts are given as if printed in 亿元, the largest unit, with as many decimals as keep their printed digits.
_LARGEST = 8


def _table(role: str, condition: str) -> str:
    """Rows of the expenditure statements in one role."""
    return f"""select x.department_id, x.region_code, x.scope, x.fiscal_year, x.fund, x.code, x.name, x.id,
        '{role}' as role, x.total as amount, scale(x.total) - coalesce(x.unit_exponent, 0) as places,
        '/v1/expenditures/' || x.id || '?include=provenance' as href
      from expenditure_line x
      where x.valid_from <= {{release}} and x.valid_to > {{release}} and {condition}"""  # noqa: S608 - our own texts


def _evaluated(role: str, column: str) -> str:
    """The funding total of a department's self-evaluation, in the column for this role."""
    return f"""select x.department_id, x.region_code, x.scope, x.fiscal_year, 'all', null, x.name, x.id,
        '{role}', x.{column}, scale(x.{column}) - coalesce(x.unit_exponent, 0),
        '/v1/evaluation-lines/' || x.id || '?include=provenance'
      from evaluation_line x
      where x.valid_from <= {{release}} and x.valid_to > {{release}} and x.kind = 'final'
        and x.subject = 'department' and x.item = 'total'"""  # noqa: S608 - our own texts


_STATED = """select x.department_id, x.region_code, x.scope, x.fiscal_year, 'general_public_budget',
        x.functional_code, x.label, x.id, 'stated', x.amount, scale(x.amount) - coalesce(x.unit_exponent, 0),
        '/v1/stated-amounts/' || x.id || '?include=provenance'
      from stated_amount x
      where x.valid_from <= {release} and x.valid_to > {release} and x.kind = 'final' and x.phase = 'initial_budget'
        and x.topic = 'general_public_budget' and x.measure = 'amount'
        and (x.item = 'total' or x.functional_code is not null)"""

_ROLES = ("budget", "printed", "stated", "evaluated", "adjusted", "adjusted_evaluated", "final")


def _figures(role: str) -> str:
    """Amount, decimals and link of one role. A statement may have a code on several rows, elsewhere one counts."""
    only = f"filter (where f.role = '{role}' and f.amount is not null)"
    amount = (
        f"(array_agg(f.amount order by f.id) {only})[1]"
        if role in ("stated", "evaluated", "adjusted_evaluated")
        else f"sum(f.amount) {only}"
    )
    return f"""round({amount}, (max(f.places) {only} + {_LARGEST})::int) as {role}_amount,
      (array_agg(f.href order by f.id) {only})[1] as {role}_href"""


_SOURCE = f"""(select g.*, {_LARGEST} as unit_exponent,
    concat_ws('-', g.department_id, g.fiscal_year, g.scope, g.fund, coalesce(g.code, 'total')) as id,
    coalesce(g.budget_amount, g.printed_amount, g.stated_amount, g.evaluated_amount) as initial_budget,
    case when g.budget_amount is not null then g.budget_href when g.printed_amount is not null then g.printed_href
      when g.stated_amount is not null then g.stated_href else g.evaluated_href end as initial_budget_href,
    case when g.budget_amount is not null then 'budget_document' when g.printed_amount is not null then 'final_account'
      when g.stated_amount is not null then 'narrative' when g.evaluated_amount is not null then 'self_evaluation' end
      as initial_budget_source,
    coalesce(g.adjusted_amount, g.adjusted_evaluated_amount) as adjusted_budget,
    coalesce(g.adjusted_href, g.adjusted_evaluated_href) as adjusted_budget_href,
    case g.level_length when 3 then 'class' when 5 then 'division' when 7 then 'item' else 'total' end as level
  from (select f.department_id, f.region_code, f.scope, f.fiscal_year, f.fund, f.code,
      length(f.code) as level_length, (array_agg(f.name order by f.role = 'final' desc, f.id))[1] as name,
      bool_or(f.role <> 'budget') as is_in_final, {", ".join(_figures(role) for role in _ROLES)}
    from (
      {_table("budget", "x.kind = 'budget' and x.phase = 'budget'")} union all
      {_table("printed", "x.kind = 'final' and x.phase = 'initial_budget'")} union all
      {_table("adjusted", "x.kind = 'final' and x.phase = 'adjusted_budget'")} union all
      {_table("final", "x.kind = 'final' and x.phase = 'final'")} union all
      {_STATED} union all
      {_evaluated("evaluated", "initial_budget")} union all
      {_evaluated("adjusted_evaluated", "adjusted_budget")}
    ) f group by f.department_id, f.region_code, f.scope, f.fiscal_year, f.fund, f.code) g) t"""  # noqa: S608 - our own texts


def _link(name: str, zh: str, en: str, example: str, sql: str = "") -> Column:
    return Column(
        name=name,
        kind="text",
        zh=zh,
        en=en,
        description=f"Path of the row that the {en.removesuffix(', link')} is taken from, with its cell; null without.",
        description_zh=f"{zh.removesuffix('出处')}所在的行在本服务中的路径，附单元格；没有的为空值。",
        example=example,
        sql=sql,
        filterable=False,
        sortable=False,
    )


def _rate(name: str, zh: str, en: str, whole: str, about_zh: str) -> Column:
    return Column(
        name=name,
        kind="number",
        zh=zh,
        en=en,
        description=f"The final account's amount in per cent of the {en.partition(' of the ')[2]}, two decimals.",
        description_zh=about_zh,
        example=111.61,
        sql=f"round(100 * t.final_amount / nullif(t.{whole}, 0), 2)",
        unit="per cent",
    )


RESOURCE = Resource(
    name="execution",
    singular="ExecutionLine",
    plural="Execution",
    zh="预算执行",
    en="Budget execution",
    description=(
        "Budget and final account side by side, one row per department, scope, year, fund and functional code. The "
        "initial budget is the budget document's; where there is none, the one that the final account itself prints, "
        "states in its text, or evaluates. Levels and funds repeat the same money, as in the statements."
    ),
    description_zh=(
        "同一部门、口径、年度、资金和功能分类科目的预算与决算并列。年初预算取自预算公开文件；没有的，依次取决算报"
        "表所列、文字说明所述、绩效自评所列。各级科目和各种资金口径重复同一笔资金，与原表相同。"
    ),
    statements=(
        "expenditure",
        "general_public_budget_expenditure",
        "government_fund_expenditure",
        "state_capital_expenditure",
        "self_evaluation",
    ),
    source=_SOURCE,
    visible="{release} is not null",
    columns=(
        Column(
            name="id",
            kind="code",
            zh="标识",
            en="id",
            description="Id: department, year, scope, fund and code.",
            description_zh="标识：部门、年度、公开口径、资金口径和科目编码。",
            example="430204-2fdb7fc8-2020-department-general_public_budget-2013701",
            nullable=False,
        ),
        *(column for column in owner_columns() if column.name != "kind" and column not in (FISCAL_YEAR, SCOPE)),
        FISCAL_YEAR,
        SCOPE,
        FUND,
        Column(
            name="code",
            kind="code",
            zh="科目编码",
            en="functional code",
            description="Code of the functional classification; null for the total.",
            description_zh="功能分类科目编码；合计行为空值。",
            references="functional-subjects",
            dangling=True,
            example="2013701",
            hierarchy="subject",
            label="(select name from functional_subject where code = {value})",
        ),
        Column(
            name="name",
            kind="text",
            zh="科目名称",
            en="name",
            description="Name of the row as printed, in the final account where there is one.",
            description_zh="行名，按原表所印；有决算的取决算表。",
            example="行政运行",
            nullable=False,
        ),
        Column(
            name="level",
            kind="choice",
            zh="科目级次",
            en="level",
            description="`class` (类), `division` (款), `item` (项), or `total`.",
            description_zh="科目级次：类、款、项，或合计行。",
            example="item",
            nullable=False,
            choices=words.LEVEL,
        ),
        Column(
            name="matched",
            kind="choice",
            zh="对应方式",
            en="how the two were matched",
            description=(
                "`two_documents`: a budget and a final account; `final_account`: the final account alone, with an "
                "initial budget of its own; `budget_only`, `final_only`: nothing to compare with."
            ),
            description_zh="预算与决算如何对应。",
            example="final_account",
            # A code may be printed with blank cells alone: what it is matched with does not hang on its amounts then.
            sql="""(case when t.budget_amount is not null and t.final_amount is not null then 'two_documents'
                when t.budget_amount is not null or not t.is_in_final then 'budget_only'
                when t.initial_budget is not null then 'final_account' else 'final_only' end)""",
            nullable=False,
            choices=words.MATCHED,
        ),
        money("initial_budget", "年初预算数", "Initial budget", 30.85, "年初经批准的预算数，出处见年初预算来源。"),
        Column(
            name="initial_budget_source",
            kind="choice",
            zh="年初预算来源",
            en="source of the initial budget",
            description=(
                "Where the initial budget stands: in the budget's document, in a table of the final account, in its "
                "narrative, or in its self-evaluation."
            ),
            description_zh="年初预算数出自何处：预算公开文件、决算报表、决算文字说明或绩效自评表。",
            example="narrative",
            choices=words.INITIAL_BUDGET_SOURCE,
        ),
        _link(
            "initial_budget_href", "年初预算出处", "initial budget, link", "/v1/stated-amounts/12?include=provenance"
        ),
        money("adjusted_budget", "全年预算数", "Adjusted (full-year) budget", 34.34, "执行中经调整的全年预算数。"),
        _link(
            "adjusted_budget_href", "全年预算出处", "adjusted budget, link", "/v1/evaluation-lines/1?include=provenance"
        ),
        Column(
            name="final_account",
            kind="money",
            zh="决算数",
            en="final account",
            description="The final account's amount, in the unit of the answer; null where there is none.",
            description_zh="决算数，金额单位以返回结果所注为准；没有决算的为空值。",
            example=33.34,
            sql="t.final_amount",
        ),
        _link(
            "final_account_href",
            "决算出处",
            "final account, link",
            "/v1/expenditures/5?include=provenance",
            "t.final_href",
        ),
        _rate(
            "completion_rate",
            "完成年初预算",
            "share of the initial budget",
            "initial_budget",
            "决算数占年初预算数的百分比，保留两位小数。",
        ),
        _rate(
            "execution_rate",
            "执行率",
            "share of the adjusted budget",
            "adjusted_budget",
            "决算数占全年预算数的百分比，保留两位小数。",
        ),
    ),
    joins={name: JOINS[name] for name in ("region", "department")},
    includes=(subject_include("functional_subject"),),
    examples=(
        "matched=two_documents,final_account&fund=general_public_budget",
        "department_id=430204-2fdb7fc8&fiscal_year=2020",
        "completion_rate__gte=110&level=item",
    ),
)
