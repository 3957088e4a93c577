"""Signs → runs, lines and their text: what stands on one baseline, and where a space belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.parse.pdf_pages import Sign

# Signs in a line, in order from left to right.
Line = list[Sign]

# Signs are on one line while their baselines differ by less than this part of their height.
_SAME_BASELINE = 0.45
# Signs of one run follow each other with a gap of less than this part of their height.
_RUN_GAP = 0.45
# A gap wider than this part of the height is printed as a space.
_SPACE_GAP = 0.8


def runs_of(signs: Iterable[Sign]) -> list[list[Sign]]:
    """What the file prints in one go: signs in its order that follow each other closely on one baseline."""
    runs: list[list[Sign]] = []
    for sign in signs:
        last = runs[-1][-1] if runs else None
        if last is not None and _follows(last, sign):
            runs[-1].append(sign)
        else:
            runs.append([sign])
    return runs


def _follows(last: Sign, sign: Sign) -> bool:
    size = min(last.size, sign.size)
    return (
        last.upright == sign.upright
        and abs(last.baseline - sign.baseline) < _SAME_BASELINE * size
        and -_RUN_GAP * size < sign.left - last.right < _RUN_GAP * size
    )


def lines_of(signs: Sequence[Sign]) -> list[Line]:
    """The signs in lines, from the top down, each from left to right. Signs that lie on their side keep their order."""
    upright = sorted((sign for sign in signs if sign.upright), key=lambda sign: sign.baseline)
    lines: list[Line] = []
    for sign in upright:
        if lines and sign.baseline - lines[-1][-1].baseline < _SAME_BASELINE * max(sign.size, lines[-1][-1].size):
            lines[-1].append(sign)
        else:
            lines.append([sign])
    for line in lines:
        line.sort(key=lambda sign: sign.left)
    lying = [sign for sign in signs if not sign.upright]
    if lying:
        lines.append(lying)
    return [line for line in lines if any(sign.text != " " for sign in line)]


def text_of(line: Line) -> str:
    """The text of a line, a space where the gap is one."""
    parts: list[str] = []
    last: Sign | None = None
    for sign in line:
        if last is not None and sign.upright and sign.left - last.right > _SPACE_GAP * min(sign.size, last.size):
            parts.append(" ")
        parts.append(sign.text)
        last = sign
    return " ".join("".join(parts).split())
