"""The forms that are known, one module each. Adding a module's FORM to FORMS is all it takes to read a new one."""

from __future__ import annotations

from app.parse.forms import Form
from app.parse.statements import (
    balance,
    economic,
    expenditure,
    fixed_assets,
    institutions,
    performance_targets,
    procurement,
    projects,
    revenue,
    self_evaluation,
    three_public,
)

FORMS: tuple[Form, ...] = (
    balance.REVENUE_AND_EXPENDITURE,
    revenue.FORM,
    expenditure.EXPENDITURE,
    expenditure.APPROPRIATION,
    balance.FISCAL_APPROPRIATION,
    expenditure.GENERAL,
    economic.BASIC,
    economic.GENERAL,
    economic.PROJECTS,
    economic.APPROPRIATION,
    economic.ALL,
    economic.OPERATING,
    expenditure.GOVERNMENT_FUND,
    balance.GOVERNMENT_FUND,
    expenditure.STATE_CAPITAL,
    three_public.FORM,
    institutions.FORM,
    performance_targets.FORM,
    projects.LIST,
    projects.GOALS,
    self_evaluation.FORM,
    procurement.FORM,
    fixed_assets.FORM,
)
