"""The functional classification (支出功能分类)."""

from app.query import subjects

RESOURCE = subjects.resource(
    "functional-subjects",
    table="functional_subject",
    classification="functional",
    singular="FunctionalSubject",
    plural="FunctionalSubjects",
    zh="功能分类科目",
    en="Functional classification",
    description="Codes of the functional classification: what the money is for, as 201 (class), 20137, 2013701 (item).",
    description_zh="支出功能分类科目，反映钱用于哪项职能；分类、款、项三级，如 201、20137、2013701。",
    own_columns=subjects.columns(
        "functional-subjects", code="20137", name="网信事务", name_en="Cyberspace Affairs", parent="201"
    ),
    lines=(("expenditures", "expenditure_line"), ("revenues", "revenue_line")),
    search_example="网信",
    examples=("code__under=201&level=division", "name__contains=网信", "level=class&sort=code"),
)
