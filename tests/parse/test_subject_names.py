"""Promise: a subject named in a text is given a code only where the list knows exactly one."""

from __future__ import annotations

import pytest

from app.parse.subject_names import economic_code, functional_code


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (["一般公共服务"], "201"),
        (["一般公共服务支出", "网信事务"], "20137"),
        (["一般公共服务", "网信事务", "行政运行"], "2013701"),
        (["其他支出", "其他支出", "其他支出"], None),  # 2299901 in 2020, 2299999 later
        (["一般公共服务", "没有这个款", "行政运行"], None),
        (["行政运行"], None),
        ([], None),
    ],
)
def test_path_of_names_has_the_code_under_the_names_before_it(path: list[str], code: str | None) -> None:
    assert functional_code(path) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("其他交通费", "30239"), ("办公费", "30201"), ("公务用车运行维护费", "30231"), ("档案保护费", None)],
)
def test_economic_name_is_found_whatever_its_ending(name: str, code: str | None) -> None:
    assert economic_code(name) == code
