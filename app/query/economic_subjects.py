"""The economic classification (支出经济分类)."""

from app.query import subjects, words
from app.query.columns import Column

_CLASSIFICATION = Column(
    name="classification",
    kind="choice",
    zh="分类",
    en="classification",
    description="Of departmental budgets (301-399, `department`) or of government budgets (501-599, `government`).",
    description_zh="属于部门预算支出经济分类（301—399）还是政府预算支出经济分类（501—599）。",
    example="department",
    nullable=False,
    choices=words.CLASSIFICATION,
)

RESOURCE = subjects.resource(
    "economic-subjects",
    table="economic_subject",
    classification="economic",
    singular="EconomicSubject",
    plural="EconomicSubjects",
    zh="经济分类科目",
    en="Economic classification",
    description="Codes of the economic classification: what the money buys. Class and division: 302, 30239.",
    description_zh="支出经济分类科目，反映钱花在什么上；分类、款两级，如 302、30239。",
    own_columns=(
        *subjects.columns("economic-subjects", code="30101", name="基本工资", name_en="basic salary", parent="301"),
        _CLASSIFICATION,
    ),
    lines=(("economic-lines", "economic_line"),),
    search_example="工资",
    examples=("code__under=302", "classification=department&level=class", "name__contains=工资"),
)
