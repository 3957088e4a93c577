"""What is drawn on a page of a PDF: the straight lines that rule its tables, and how much of it is pictures.

A ruling is a stroked line, an edge of a stroked rectangle, a filled rectangle too thin to be an area, or an image as
thin as that: programs draw the lines of tables in all of these ways.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2.raw as pdfium

# Left, bottom, right, top in the page's own coordinates.
Place = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

# Thicker than this is an area; shorter than this is a dot.
_THICKEST = 3.0
_SHORTEST = 3.0
# Forms within forms; deeper is a trap.
_DEEPEST = 8
# A page of a fine-ruled table has some 3,000 paths.
_MOST_OBJECTS = 60_000
_MOST_SEGMENTS = 60_000
_MOST_CLIPS = 100
_WHITE = 250
_UNIT_MATRIX: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line: where it lies (y of a horizontal, x of a vertical one) and from where to where it goes."""

    horizontal: bool
    at: float
    start: float
    end: float


class Turn:
    """How a page is turned to be read: by quarter turns, so that text written at that angle runs to the right."""

    def __init__(self, box: Place, quarters: int) -> None:
        self.left, self.bottom, self.right, self.top = box
        self.quarters = quarters
        across, down = self.right - self.left, self.top - self.bottom
        self.width, self.height = (down, across) if quarters % 2 else (across, down)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page, from the upper left corner as the page is read."""
        match self.quarters:
            case 0:
                return x - self.left, self.top - y
            case 1:
                return y - self.bottom, x - self.left
            case 2:
                return self.right - x, y - self.bottom
            case _:
                return self.top - y, self.right - x

    def box(self, place: Place) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a place."""
        x0, y0 = self.point(place[0], place[1])
        x1, y1 = self.point(place[2], place[3])
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


class Clips:
    """What of a page is shown: the part within the clipping areas that are as large as a page's printed area.

    Smaller ones are those of single cells; what a cell is too narrow for is still its text.
    """

    def __init__(self, page: Place) -> None:
        self._width, self._height = page[2] - page[0], page[3] - page[1]
        self._known: dict[int | None, list[Place]] = {}

    def shows(self, item: object, place: Place) -> bool:
        """Whether the middle of a place lies within the printed area that the item is clipped to."""
        key = ctypes.cast(item, ctypes.c_void_p).value  # type: ignore[arg-type]  # a pointer of PDFium
        if key is None:
            return True
        if key not in self._known:
            self._known[key] = self._areas(item)
        x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
        return all(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._known[key])

    def _areas(self, item: object) -> list[Place]:
        clip = pdfium.FPDFPageObj_GetClipPath(item)
        areas: list[Place] = []
        x, y = ctypes.c_float(), ctypes.c_float()
        for path in range(min(pdfium.FPDFClipPath_CountPaths(clip), _MOST_CLIPS) if clip else 0):
            across: list[float] = []
            down: list[float] = []
            for index in range(min(pdfium.FPDFClipPath_CountPathSegments(clip, path), _MOST_CLIPS)):
                pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(clip, path, index), x, y)
                across.append(x.value)
                down.append(y.value)
            if across and max(across) - min(across) > self._width / 2 and max(down) - min(down) > self._height / 2:
                areas.append((min(across) - 1, min(down) - 1, max(across) + 1, max(down) + 1))
        return areas


@dataclass(frozen=True)
class Drawn:
    """The rulings of a page, and the area in square points that images cover."""

    rulings: tuple[Ruling, ...]
    pictured: float


def drawn_lines(page: object, turn: Turn) -> Drawn:
    """Everything straight that is drawn on the page."""
    rulings: list[Ruling] = []
    pictured = 0.0
    for item, matrix in _objects(page):
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            rulings.extend(_rulings_of_path(item, matrix, turn))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            place = _bounds(item, matrix)
            if place is not None:
                left, top, right, bottom = turn.box(place)
                thin = _thin(left, top, right, bottom)
                if thin is not None:
                    rulings.append(thin)
                pictured += (right - left) * (bottom - top)
    return Drawn(tuple(rulings), pictured)


def _objects(page: object) -> Iterator[tuple[object, Matrix]]:
    """The objects of the page and of the forms on it, each with the matrix of the form it stands in."""
    seen = 0
    stack: list[tuple[object, Matrix, int]] = []
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        stack.append((pdfium.FPDFPage_GetObject(page, index), _UNIT_MATRIX, 0))
        while stack and seen < _MOST_OBJECTS:
            item, matrix, depth = stack.pop()
            seen += 1
            if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_FORM:
                yield item, matrix
            elif depth < _DEEPEST:
                inner = _within(_matrix(item), matrix)
                count = min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)
                stack.extend((pdfium.FPDFFormObj_GetObject(item, place), inner, depth + 1) for place in range(count))


def _matrix(item: object) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, found):
        return _UNIT_MATRIX
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _within(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies the inner one and then the outer one."""
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(item: object, matrix: Matrix) -> Place | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    if matrix == _UNIT_MATRIX:
        return left.value, bottom.value, right.value, top.value
    x0, y0 = _moved(left.value, bottom.value, matrix)
    x1, y1 = _moved(right.value, top.value, matrix)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _thin(left: float, top: float, right: float, bottom: float) -> Ruling | None:
    """The line that a thin area is; None for an area and for a dot."""
    width, height = right - left, bottom - top
    if max(width, height) < _SHORTEST or min(width, height) > _THICKEST:
        return None
    if width >= height:
        return Ruling(horizontal=True, at=(top + bottom) / 2, start=left, end=right)
    return Ruling(horizontal=False, at=(left + right) / 2, start=top, end=bottom)


def _rulings_of_path(item: object, outer: Matrix, turn: Turn) -> Iterator[Ruling]:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(item, fill, stroke):
        return
    stroked = bool(stroke.value) and _visible(item, pdfium.FPDFPageObj_GetStrokeColor)
    filled = bool(fill.value) and _visible(item, pdfium.FPDFPageObj_GetFillColor)
    if not stroked and not filled:
        return
    count = pdfium.FPDFPath_CountSegments(item)
    place = _bounds(item, outer)
    if place is None or count <= 0:
        return
    thin = _thin(*turn.box(place))
    if thin is not None:
        yield thin
        return
    for points in _subpaths(item, min(count, _MOST_SEGMENTS), _within(_matrix(item), outer)):
        turned = [turn.point(x, y) for x, y in points]
        if stroked:
            for (x0, y0), (x1, y1) in pairwise(turned):
                line = _thin(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                if line is not None:
                    yield line
        else:
            across, down = [x for x, _ in turned], [y for _, y in turned]
            line = _thin(min(across), min(down), max(across), max(down))
            if line is not None:
                yield line


def _visible(item: object, colour_of: object) -> bool:
    """Whether a colour is neither white nor transparent; what has no plain colour is taken for visible."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not colour_of(item, red, green, blue, alpha):  # type: ignore[operator]  # a function of PDFium
        return True
    return alpha.value > 0 and min(red.value, green.value, blue.value) < _WHITE


def _subpaths(item: object, count: int, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The points of each straight part of a path, moved to the page; a closed part ends where it began."""
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = _moved(x.value, y.value, matrix)
        if kind != pdfium.FPDF_SEGMENT_LINETO:
            if points:
                yield points
            points = [point]
        else:
            points.append(point)
        if points and pdfium.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points:
        yield points
