"""Promise: the coverage report counts every printed number of a document once, as read or as left in its table."""

from __future__ import annotations

from app.coverage import coverage_of, coverage_table
from app.parse.document import parse_document
from tests import written


def test_document_of_known_statements_is_read_whole() -> None:
    name = "hebei_budget_2024.txt"
    counted = coverage_of(parse_document((written.DOCUMENTS / name).read_bytes(), source_file=name))
    assert (counted.only_in_grid, counted.in_unknown_tables, counted.share) == (0, 0, 1.0)
    assert counted.in_records > 100
    assert counted.found["expenditure"] == 1


def test_numbers_that_no_record_holds_are_counted_where_they_stand() -> None:
    text = (
        "滦南县海风观测局2024年部门预算\n支出总表\n单位：万元\n"
        "科目编码\t科目名称\t合计\t贝壳\n201\t一般公共服务支出\t30.00\t7\n\n"
        "海风记录表\n站点\t风速\t潮位\n北站\t12\t3.5"
    )
    counted = coverage_of(parse_document(text.encode(), source_file="x.txt"))
    assert (counted.in_records, counted.only_in_grid, counted.in_unknown_tables) == (1, 1, 2)
    assert counted.share == 0.5
    assert "| x.txt | 1 | 0 |" in coverage_table([counted])


def test_checks_are_counted_by_rule_and_status_and_failed_ones_are_quoted_with_their_place() -> None:
    text = (
        "滦南县海风观测局2024年部门预算\n支出总表\n单位：万元\n"
        "科目编码\t科目名称\t合计\t基本支出\t项目支出\n\t合计\t30.00\t20.00\t10.00\n201\t一般公共服务支出\t30.00\t20.00\t9.00\n"
    )
    counted = coverage_of(parse_document(text.encode(), source_file="x.txt"))
    report = coverage_table([counted])
    failed = [place for place, _ in counted.failed]
    assert counted.rules >= 2
    assert len(failed) == counted.checks["failed"] > 0
    assert "| document | rules | passed | rounding | failed | insufficient | not applicable |" in report
    assert f"| x.txt | {counted.rules} | {counted.checks['passed']} | 0 | {len(failed)} |" in report
    assert f"  - {failed[0]}: I" in report
    assert "a difference of 10,000 yuan." in report


def test_name_that_is_a_sentence_is_quoted_short_with_its_column() -> None:
    name = "按照年度计划完成全部海风观测站点的校准并向社会发布结果"
    text = (
        "滦南县海风观测局2024年部门预算\n支出总表\n单位：万元\n"
        f"科目编码\t科目名称\t合计\t基本支出\t项目支出\n\t合计\t30.00\t20.00\t10.00\n201\t{name}\t30.00\t20.00\t9.00\n"
    )
    report = coverage_table([coverage_of(parse_document(text.encode(), source_file="x.txt"))])
    assert name not in report
    assert f"{name[:12]}" in report
    assert "…, project expenditure”" in report
