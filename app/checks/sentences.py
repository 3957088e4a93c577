"""What a result says, in Chinese and in English: the printed figures, where they stand, and what does not agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.checks.document import Document, Figure
from app.checks.rule import Form, Judgement, Relation, Rule
from app.checks.words import measure
from app.records import CheckStatus, Line
from app.values import Unit

_SIGNS = {"product": " × ", "share": " ÷ "}
# The least difference of two percentages that two decimals of each show.
_SHOWN = Decimal("0.01")
# A sum of more figures than this is quoted by its first ones and their number.
_QUOTED = 6


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the sentences of one result are made of; amounts in yuan."""

    rule: Rule
    status: CheckStatus
    relation: Relation
    form: Form
    left: Sequence[Figure]
    right: Sequence[Figure]
    left_value: Decimal
    difference: Decimal
    bound: Decimal
    unit: Unit | None
    doubt: tuple[str, str] | None
    truncated: bool  # a percentage agrees with what is left of it without further decimals

    @property
    def measure(self) -> tuple[str, str]:
        """What stands behind a value that is no money: per cent, points."""
        figures = self.right or self.left
        return ("", "") if self.unit is not None else measure(figures[0].field)


def sentences(document: Document, said: Said) -> tuple[str, str]:
    """The sentence in Chinese and the one in English."""
    if not said.right:
        return _against_nothing(document, said)
    right_value = said.left_value - said.difference
    left, right = _side_zh(document, said, left=True), _side_zh(document, said, left=False)
    left_en, right_en = _side_en(document, said, left=True), _side_en(document, said, left=False)
    return (
        f"{left}，{right}，{_verdict_zh(said, right_value)}",
        f"{left_en}; {right_en}: {_verdict_en(said, right_value)}",
    )


def _against_nothing(document: Document, said: Said) -> tuple[str, str]:
    """Figures that should be a number known beforehand: 0 in a table declared empty, 100 points in all."""
    zh, en = _side_zh(document, said, left=True), _side_en(document, said, left=True)
    if said.status == "passed":
        return f"{zh}，符合“{said.rule.formula}”。", f"{en}: as it should be ({said.rule.formula_en})."
    right_value = said.left_value - said.difference
    should, should_en = _amount_zh(said, right_value), _amount_en(said, right_value)
    if said.relation != "=":
        return f"{zh}，{_verdict_zh(said, right_value)}", f"{en}: {_verdict_en(said, right_value)}"
    why = f"，但{said.doubt[0]}，不足以判定" if said.doubt else ""
    why_en = f", but {said.doubt[1]}: not enough to judge" if said.doubt else ""
    return (
        f"{zh}，不为{should}，应为“{said.rule.formula}”{why}。",
        f"{en}: not {should_en}, where this should hold: {said.rule.formula_en}{why_en}.",
    )


def judged(judgement: Judgement) -> tuple[str, str]:
    """The sentences of a judgement, with why it would be no contradiction where there is a doubt."""
    if judgement.holds or judgement.doubt is None:
        return judgement.zh, judgement.en
    zh, en = judgement.doubt
    return f"{judgement.zh}但{zh}，不足以判定。", f"{judgement.en} But {en}: not enough to judge."


def money(yuan: Decimal, unit: Unit | None) -> str:
    """An amount in this unit, with the unit behind it."""
    return _digits(yuan, unit) + (unit.zh if unit is not None else "")


def _amount_zh(said: Said, value: Decimal) -> str:
    return money(value, said.unit) + said.measure[0]


def _amount_en(said: Said, value: Decimal) -> str:
    return _money_en(value, said.unit) + said.measure[1]


def _money_en(yuan: Decimal, unit: Unit | None) -> str:
    """English has no word for 万: money is in yuan, whatever it is printed in."""
    return _digits(yuan, None) if unit is None else f"{_digits(yuan, Unit.YUAN)} yuan"


def _digits(yuan: Decimal, unit: Unit | None) -> str:
    """The digits of an amount in this unit, thousands apart: none behind the point, or two at least."""
    shifted = (round(yuan, 4) if unit is None else yuan.scaleb(-unit.exponent)).normalize()
    decimals = max(0, -int(shifted.as_tuple().exponent))
    return f"{shifted:,.{max(2, decimals) if decimals else 0}f}"


def _printed(figure: Figure) -> str:
    """The figure with the decimals that it is printed with."""
    if figure.amount is None:
        return "（空白）"
    return f"{figure.amount:,f}{figure.unit.zh if figure.unit is not None else measure(figure.field)[0]}"


def _printed_en(figure: Figure) -> str:
    if figure.amount is None:
        return "(blank)"
    if figure.unit is None:
        return f"{figure.amount:,f}{measure(figure.field)[1]}"
    return _money_en(figure.value, figure.unit)


def _shown(figures: Sequence[Figure]) -> list[Figure]:
    """Those that say something: figures other than 0, or the first where there is none."""
    return [figure for figure in figures if figure.amount] or list(figures[:1])


def _same_table(said: Said, *, left: bool) -> bool:
    """Whether the second side is in the table that the first side has named."""
    return not left and bool(said.left) and {one.place for one in said.right} <= {said.left[0].place}


def _title_zh(document: Document, figure: Figure) -> str:
    if isinstance(figure.record, Line):
        return f"《{document.title(figure.place)}》"
    return f"文字说明第{figure.record.line}行" if document.has_lines else "文字说明"


def _title_en(document: Document, figure: Figure) -> str:
    if isinstance(figure.record, Line):
        return f"{document.title_en(figure.place)} "
    return f"The narrative, line {figure.record.line}: " if document.has_lines else "The narrative: "


def _zeros(figures: Sequence[Figure], shown: Sequence[Figure]) -> tuple[str, str]:
    """What a sum of which a single figure is quoted consists of otherwise."""
    more = len(figures) - len(shown)
    if len(shown) != 1 or not more:
        return "", ""
    return f"（其余{more}项为0或空白）", f" ({'the other is' if more == 1 else f'the other {more} are'} 0 or blank)"


def _side_zh(document: Document, said: Said, *, left: bool) -> str:
    figures = said.left if left else said.right
    shown = list(figures) if said.form != "sum" and left else _shown(figures)
    title = "" if _same_table(said, left=left) else _title_zh(document, shown[0])
    quoted = [f"“{figure.label}”{_printed(figure)}" for figure in shown[:_QUOTED]]
    if len(figures) == 1 or len(shown) == 1:
        return title + quoted[0] + _zeros(figures, shown)[0]
    more = f"等{len(shown)}项" if len(shown) > _QUOTED else ""
    value = said.left_value if left else said.left_value - said.difference
    if said.form == "growth" and left:
        way = "减少" if shown[1].value < 0 else "增加"
        return f"{title}{quoted[0]}，较此前{way}{_without_sign(quoted[1])}，即{way}{_quotient(said, value)}"
    if said.form != "sum" and left:
        return f"{title}{_SIGNS[said.form].join(quoted)} = {_quotient(said, value) or _amount_zh(said, value)}"
    return f"{title}{'、'.join(quoted)}{more}合计{_amount_zh(said, value)}"


def _side_en(document: Document, said: Said, *, left: bool) -> str:
    figures = said.left if left else said.right
    shown = list(figures) if said.form != "sum" and left else _shown(figures)
    title = "" if _same_table(said, left=left) else _title_en(document, shown[0])
    quoted = [f"“{figure.label_en}” {_printed_en(figure)}" for figure in shown[:_QUOTED]]
    if len(figures) == 1 or len(shown) == 1:
        return title + quoted[0] + _zeros(figures, shown)[1]
    more = f" and {len(shown) - _QUOTED} more" if len(shown) > _QUOTED else ""
    value = said.left_value if left else said.left_value - said.difference
    if said.form == "growth" and left:
        way = "less" if shown[1].value < 0 else "more"
        return f"{title}{quoted[0]}, {_without_sign(quoted[1])} {way} than before, or {_quotient(said, value)} {way}"
    if said.form != "sum" and left:
        return f"{title}{_SIGNS[said.form].join(quoted)} = {_quotient(said, value) or _amount_en(said, value)}"
    return f"{title}{', '.join(quoted)}{more}, together {_amount_en(said, value)}"


def _apart_zh(said: Said, difference: Decimal) -> str:
    """Two percentages lie points apart, not per cent."""
    if said.measure[0] != "%":
        return _amount_zh(said, difference)
    return _digits(_points(difference), None) + "个百分点"


def _apart_en(said: Said, difference: Decimal) -> str:
    if said.measure[1] != "%":
        return _amount_en(said, difference)
    return _digits(_points(difference), None) + " percentage points"


def _points(difference: Decimal) -> Decimal:
    return round(difference, 2) if difference >= _SHOWN else difference


def _without_sign(quoted: str) -> str:
    """The amount of a change, whose direction is said in words."""
    return quoted.rpartition("”")[2].strip().removeprefix("-")


def _quotient(said: Said, value: Decimal) -> str:
    """A percentage that was worked out, with two decimals where they show the difference; nothing of other values."""
    if said.measure[0] != "%":
        return ""
    return _digits(round(value, 2) if abs(said.difference) >= _SHOWN else value, None) + "%"


def _verdict_zh(said: Said, right_value: Decimal) -> str:
    apart = _apart_zh(said, abs(said.difference))
    if said.status == "passed":
        return "两者相符。" if said.relation == "=" else f"符合“{said.rule.formula}”。"
    if said.truncated:
        return f"相差{apart}，所列数字截去了尾数而未四舍五入。"
    if said.status == "rounding":
        return f"相差{apart}，在四舍五入的范围（{_apart_zh(said, said.bound)}）之内。"
    why = f"，但{said.doubt[0]}，不足以判定" if said.doubt else ""
    if said.relation == "=":
        return f"相差{apart}{why}。"
    more = "大于" if said.left_value > right_value else "小于"
    return f"前者{more}后者，相差{apart}，应为“{said.rule.formula}”{why}。"


def _verdict_en(said: Said, right_value: Decimal) -> str:
    apart = _apart_en(said, abs(said.difference))
    if said.status == "passed":
        return "the two agree." if said.relation == "=" else f"as it should be ({said.rule.formula_en})."
    if said.truncated:
        return f"a difference of {apart}: the figure is cut off, not rounded."
    if said.status == "rounding":
        return f"a difference of {apart}, within what rounding explains ({_apart_en(said, said.bound)})."
    why = f", but {said.doubt[1]}: not enough to judge" if said.doubt else ""
    if said.relation == "=":
        return f"a difference of {apart}{why}."
    more = "more" if said.left_value > right_value else "less"
    return f"the first is {more} than the second, by {apart}, where {said.rule.formula_en} should hold{why}."
