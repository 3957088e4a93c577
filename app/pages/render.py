"""From a template and what it shows to the bytes of a page. Everything is escaped, wherever it comes from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app import publication
from app.pages import labels
from app.pages.asked import Asked, Language
from app.query import words
from app.query.columns import Json
from app.query.registry import RESOURCES

_HERE = Path(__file__).resolve().parent
STYLE_PATH = "/pages.css"
# A page runs no script, loads nothing but its own style sheet and icon, and stands in nobody's frame.
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def render(template: str, asked: Asked, *, structured: Json = None, **shown: object) -> bytes:
    """The page. `structured` is its JSON-LD, if it has any."""
    return (
        _environment()
        .get_template(template)
        .render(
            asked=asked,
            say=asked.language.say,
            english=asked.language is Language.EN,
            structured=None if structured is None else _for_script(structured),
            **shown,
        )
        .encode("utf-8", "replace")
    )


@cache
def style() -> bytes:
    """The one style sheet of all pages."""
    return (_HERE / "pages.css").read_bytes()


@cache
def _style_href() -> str:
    return f"{STYLE_PATH}?v={hashlib.sha256(style()).hexdigest()[:12]}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "amount": amount,
        "share": share,
        "day": day,
        "size": size,
        "coded": coded,
        "placed": placed,
        "titled": titled,
    }
    environment.globals |= {
        "Language": Language,
        "RESOURCES": RESOURCES,
        "words": words,
        "labels": labels,
        "publication": publication,
        "style_href": _style_href(),
    }
    return environment


def amount(value: Decimal | int) -> str:
    """An amount or a count with its printed digits, thousands apart: 1,234.50."""
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def share(value: Decimal | int | None, whole: Decimal | int | None) -> str:
    """How long the bar of a part is, 0 to 100, for the eye alone: figures are never rounded."""
    if value is None or not whole or value <= 0 or whole < 0:
        return "0"
    return f"{min(100.0, float(value) / float(whole) * 100):.1f}"


def day(moment: str) -> str:
    """The day of a point in time as the API writes it."""
    return moment[:10]


def size(number: int) -> str:
    """The length of a file, for people: 3.4 MB."""
    scaled, unit = float(number), "B"
    for larger in ("kB", "MB", "GB"):
        if scaled < 1000:  # noqa: PLR2004
            break
        scaled, unit = scaled / 1000, larger
    return f"{number} B" if unit == "B" else f"{scaled:.1f} {unit}"


def titled(title: str | None, otherwise: str) -> str:
    """The title of a table as printed; what the table is where it has none."""
    return title if title and title != "(no title)" else otherwise


_PLACES = (
    (re.compile(r"pages? (\d+(?:-\d+)?)"), r"第\1页"),
    (re.compile(r"lines? (\d+(?:-\d+)?)"), r"第\1行"),
    (re.compile(r"sheet (.+), rows (\d+(?:-\d+)?)"), r"工作表“\1”第\2行"),
)


def placed(location: str) -> str:
    """Where a table is in its file, in Chinese: page 9 is 第9页."""
    said = []
    for part in location.split("; "):
        found = ((pattern.fullmatch(part), zh) for pattern, zh in _PLACES)
        said.append(next((match.expand(zh) for match, zh in found if match is not None), part))
    return "、".join(said)


_CODE = re.compile(r"`([^`]+)`")


def coded(text: str) -> Markup:
    """A description: what stands between backticks in it is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


# What would end the element, or begin a comment, of a script that is read as HTML.
_UNSAFE: Mapping[str, str] = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def _for_script(structured: Json) -> Markup:
    text = orjson.dumps(structured).decode()
    for sign, escaped in _UNSAFE.items():
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - no sign that means something in HTML is left in it
