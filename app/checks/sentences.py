"""What a result says, in Chinese and in English: the printed figures, where they stand, and what does not agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.checks.document import Document, Figure
from app.checks.rule import Relation, Rule
from app.records import CheckStatus
from app.values import Unit

_UNITS_EN = {Unit.YUAN: " yuan", Unit.WAN: "×10,000 yuan", Unit.YI: "×100 million yuan", None: ""}
# A sum of more figures than this is quoted by its first ones and their number.
_QUOTED = 6


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the sentences of one result are made of; amounts in yuan."""

    rule: Rule
    status: CheckStatus
    relation: Relation
    product: bool
    left: Sequence[Figure]
    right: Sequence[Figure]
    left_value: Decimal
    difference: Decimal
    bound: Decimal
    unit: Unit | None
    doubt: tuple[str, str] | None


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
    """A figure that should be 0, since the table it would be in is declared empty."""
    zh, en = _side_zh(document, said, left=True), _side_en(document, said, left=True)
    if said.status == "passed":
        return f"{zh}，符合“{said.rule.formula}”。", f"{en}: as it should be ({said.rule.formula_en})."
    return f"{zh}，不为0，应为“{said.rule.formula}”。", f"{en}: not 0, where this should hold: {said.rule.formula_en}."


def money(yuan: Decimal, unit: Unit | None) -> str:
    """An amount in this unit, plain digits with the unit behind them."""
    return plain(yuan, unit) + (unit.zh if unit is not None else "")


def _money_en(yuan: Decimal, unit: Unit | None) -> str:
    return plain(yuan, unit) + _UNITS_EN[unit]


def plain(yuan: Decimal, unit: Unit | None) -> str:
    """The digits of an amount in this unit: none behind the point, or two at least."""
    shifted = (yuan if unit is None else yuan.scaleb(-unit.exponent)).normalize()
    decimals = max(0, -int(shifted.as_tuple().exponent))
    return f"{shifted:.{max(2, decimals) if decimals else 0}f}"


def _printed(figure: Figure) -> str:
    if figure.amount is None:
        return "（空白）"
    return f"{figure.amount:f}{figure.unit.zh if figure.unit is not None else ''}"


def _printed_en(figure: Figure) -> str:
    if figure.amount is None:
        return "(blank)"
    return f"{figure.amount:f}{_UNITS_EN[figure.unit]}"


def _shown(figures: Sequence[Figure]) -> list[Figure]:
    """Those that say something: figures other than 0, or the first where there is none."""
    return [figure for figure in figures if figure.amount] or list(figures[:1])


def _same_table(said: Said, *, left: bool) -> bool:
    """Whether the second side is in the table that the first side has named."""
    return not left and bool(said.left) and {one.place for one in said.right} <= {said.left[0].place}


def _side_zh(document: Document, said: Said, *, left: bool) -> str:
    figures = said.left if left else said.right
    shown = list(figures) if said.product and left else _shown(figures)
    title = "" if _same_table(said, left=left) else f"《{document.title(shown[0].place)}》"
    quoted = [f"“{figure.label}”{_printed(figure)}" for figure in shown[:_QUOTED]]
    if len(figures) == 1 or len(shown) == 1:
        return title + quoted[0]
    more = f"等{len(shown)}项" if len(shown) > _QUOTED else ""
    value = said.left_value if left else said.left_value - said.difference
    if said.product and left:
        return f"{title}{' × '.join(quoted)} = {money(value, said.unit)}"
    return f"{title}{'、'.join(quoted)}{more}合计{money(value, said.unit)}"


def _side_en(document: Document, said: Said, *, left: bool) -> str:
    figures = said.left if left else said.right
    shown = list(figures) if said.product and left else _shown(figures)
    title = "" if _same_table(said, left=left) else f"《{document.title(shown[0].place)}》 "
    quoted = [f"“{figure.label_en}” {_printed_en(figure)}" for figure in shown[:_QUOTED]]
    if len(figures) == 1 or len(shown) == 1:
        return title + quoted[0]
    more = f" and {len(shown) - _QUOTED} more" if len(shown) > _QUOTED else ""
    value = said.left_value if left else said.left_value - said.difference
    if said.product and left:
        return f"{title}{' × '.join(quoted)} = {_money_en(value, said.unit)}"
    return f"{title}{', '.join(quoted)}{more}, together {_money_en(value, said.unit)}"


def _verdict_zh(said: Said, right_value: Decimal) -> str:
    apart = money(abs(said.difference), said.unit)
    if said.status == "passed":
        return "两者相符。" if said.relation == "=" else f"符合“{said.rule.formula}”。"
    if said.status == "rounding":
        return f"相差{apart}，在四舍五入的范围（{money(said.bound, said.unit)}）之内。"
    why = f"，但{said.doubt[0]}，不足以判定" if said.doubt else ""
    if said.relation == "=":
        return f"相差{apart}{why}。"
    more = "大于" if said.left_value > right_value else "小于"
    return f"前者{more}后者，相差{apart}，应为“{said.rule.formula}”{why}。"


def _verdict_en(said: Said, right_value: Decimal) -> str:
    apart = _money_en(abs(said.difference), said.unit)
    if said.status == "passed":
        return "the two agree." if said.relation == "=" else f"as it should be ({said.rule.formula_en})."
    if said.status == "rounding":
        return f"a difference of {apart}, within what rounding explains ({_money_en(said.bound, said.unit)})."
    why = f", but {said.doubt[1]}: not enough to judge" if said.doubt else ""
    if said.relation == "=":
        return f"a difference of {apart}{why}."
    more = "more" if said.left_value > right_value else "less"
    return f"the first is {more} than the second, by {apart}, where {said.rule.formula_en} should hold{why}."
