"""What belongs to a record: how many rows of each resource of figures, with the list that shows them."""

from __future__ import annotations

from app.query.columns import Column, records_schema

# Every resource whose rows belong to a statement, with its table: what a statement, disclosure or department links to.
STATEMENT_FACTS: tuple[tuple[str, str], ...] = (
    ("assets", "asset_item"),
    ("balance-lines", "balance_line"),
    ("check-results", "check_result"),
    ("economic-lines", "economic_line"),
    ("evaluation-lines", "evaluation_line"),
    ("expenditures", "expenditure_line"),
    ("performance-indicators", "performance_indicator"),
    ("procurement-items", "procurement_item"),
    ("projects", "project"),
    ("revenues", "revenue_line"),
    ("three-public", "three_public_line"),
)


def counted(condition: str, query: str) -> Column:
    """How many rows each resource has for this one, with the list that shows them.

    `condition` compares the alias x with t; `query` is the SQL of the query string that selects the same rows.
    """
    parts = " union all ".join(
        f"select '{resource}' as resource, count(*) as rows from {table} x where {condition}"  # noqa: S608 - our own names
        for resource, table in STATEMENT_FACTS
    )
    return Column(
        name="contents",
        kind="json",
        zh="内容",
        en="contents",
        description="How many rows of each resource there are, and the list that shows them.",
        description_zh="各类数据的行数，以及列出这些行的路径。",
        example=[{"resource": "expenditures", "rows": 12, "href": "/v1/expenditures?statement_id=12"}],
        sql=f"""(select coalesce(json_agg(json_build_object('resource', c.resource, 'rows', c.rows,
            'href', '/v1/' || c.resource || '?' || {query}) order by c.resource), '[]'::json)
            from ({parts}) c where c.rows > 0)""",  # noqa: S608 - our own names
        schema=records_schema(
            {
                "resource": {"type": "string", "description": "Name of the resource.", "examples": ["expenditures"]},
                "rows": {"type": "integer", "description": "Number of rows in this release.", "examples": [12]},
                "href": {
                    "type": "string",
                    "description": "Path of the list with these rows.",
                    "examples": ["/v1/expenditures?statement_id=12"],
                },
            }
        ),
    )
