"""Names of classification subjects back to their codes, where a text prints the name and not the code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from app import codelists
from app.values import fold, parent_code

# Names differ between years and texts by these endings: 其他交通费 is 其他交通费用, 一般公共服务 is 一般公共服务支出.
_ENDING = re.compile(r"(?:支出|费用|经费|费)$")


def functional_code(path: Sequence[str]) -> str | None:
    """The code of a path of names (类, 款, 项), each under the one before. None where it is not listed exactly once."""
    parents: set[str | None] = {None}
    for name in path:
        codes = _functional_by_name().get(_bare(name), ())
        parents = {code for code in codes if parent_code(code) in parents}
    found = [code for code in parents if code is not None]
    return found[0] if len(found) == 1 else None


def economic_code(name: str) -> str | None:
    """The five-digit code of departmental budgets with this name; None where it is not listed exactly once."""
    codes = _economic_by_name().get(_bare(name), ())
    return codes[0] if len(codes) == 1 else None


@cache
def _functional_by_name() -> dict[str, tuple[str, ...]]:
    return _by_name({code: subject.name for code, subject in codelists.functional_subjects().items()})


@cache
def _economic_by_name() -> dict[str, tuple[str, ...]]:
    subjects = codelists.economic_subjects().items()
    division_length = 5
    return _by_name(
        {
            code: subject.name
            for code, subject in subjects
            if subject.classification == "department" and len(code) == division_length
        }
    )


def _by_name(names: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, name in sorted(names.items()):
        found[_bare(name)] = (*found.get(_bare(name), ()), code)
    return found


def _bare(name: str) -> str:
    return _ENDING.sub("", fold(name))
