"""The rules that figures are held against, and how many results each has in the release."""

from __future__ import annotations

from app.query import words
from app.query.columns import Column, Resource


def _text(name: str, zh: str, en: str, description: str, description_zh: str, example: str) -> Column:
    return Column(
        name=name,
        kind="text",
        zh=zh,
        en=en,
        description=description,
        description_zh=description_zh,
        example=example,
        nullable=False,
        may_be_empty=name == "citation",
    )


def _count(status: str) -> Column:
    word = words.CHECK_STATUS[status]
    return Column(
        name=status,
        kind="integer",
        zh=f"{word.zh}数",
        en=f"{status.replace('_', ' ')} results",
        description=f"Number of results in the release that are `{status}`: {word.en}.",
        description_zh=f"本数据版本中结果为“{word.zh}”的条数。",
        example=1,
        minimum=0,
        nullable=False,
    )


RESOURCE = Resource(
    name="checks",
    singular="Check",
    plural="Checks",
    zh="核对规则",
    en="Checks",
    description=(
        "The rules that the figures of a disclosure are held against: accounting identities of the forms. Each has its "
        "formula, its basis, and how many results of each status there are in the release."
    ),
    description_zh="核对公开数据的勾稽规则：公式、依据，以及本数据版本中各类结果的条数。",
    source="""(select r.*, coalesce(c.passed, 0) as passed, coalesce(c.rounding, 0) as rounding,
        coalesce(c.failed, 0) as failed, coalesce(c.insufficient, 0) as insufficient,
        coalesce(c.not_applicable, 0) as not_applicable
        from check_rule r left join (
            select rule, count(*) filter (where status = 'passed') as passed,
                count(*) filter (where status = 'rounding') as rounding,
                count(*) filter (where status = 'failed') as failed,
                count(*) filter (where status = 'insufficient') as insufficient,
                count(*) filter (where status = 'not_applicable') as not_applicable
            from check_result where valid_from <= {release} and valid_to > {release} group by rule) c
        on c.rule = r.id) t""",
    visible="{release} is not null",
    columns=(
        Column(
            name="id",
            kind="code",
            zh="规则标识",
            en="id",
            description="Id of the rule; it begins with the number of the identity that it belongs to.",
            description_zh="规则的标识，以其所属勾稽关系的编号开头。",
            example="I4.functional_hierarchy",
            nullable=False,
        ),
        _text("zh", "中文名称", "Chinese title", "Title in Chinese.", "规则的中文名称。", "功能分类逐级相加"),
        _text("en", "英文名称", "English title", "Title in English.", "规则的英文名称。", "Functional classes add up"),
        _text("formula", "公式", "formula", "What should hold.", "应当成立的关系。", "合计 = Σ类；类 = Σ款；款 = Σ项"),
        _text(
            "formula_en",
            "公式（英文）",
            "formula in English",
            "What should hold, in English.",
            "应当成立的关系，英文。",
            "total = sum of classes",
        ),
        Column(
            name="statements",
            kind="list",
            zh="所涉报表",
            en="statements",
            description="The statements that the rule compares, by their canonical keys.",
            description_zh="规则所比较的报表。",
            example=["expenditure"],
            nullable=False,
            sortable=False,
        ),
        Column(
            name="severity",
            kind="choice",
            zh="严重程度",
            en="severity",
            description="What a failed result means.",
            description_zh="结果不符时的严重程度。",
            example="error",
            nullable=False,
            choices=words.CHECK_SEVERITY,
        ),
        Column(
            name="basis",
            kind="choice",
            zh="依据",
            en="basis",
            description="What the rule rests on.",
            description_zh="规则的依据。",
            example="regulation",
            nullable=False,
            choices=words.CHECK_BASIS,
        ),
        _text(
            "citation",
            "出处",
            "citation",
            "The form or regulation; empty where arithmetic is enough.",
            "所依据的报表或文件；仅凭算术关系的为空文本。",
            "政府收支分类科目（支出功能分类）",
        ),
        *(_count(status) for status in words.CHECK_STATUS),
        Column(
            name="position",
            kind="integer",
            zh="顺序",
            en="position",
            description="Place in the list of rules, counted from 1.",
            description_zh="在规则表中的顺序，从 1 起计。",
            example=1,
            minimum=1,
            nullable=False,
        ),
    ),
    dotted_key=True,
    examples=("sort=-failed", "severity=error&failed__gte=1", "statements=procurement"),
)
