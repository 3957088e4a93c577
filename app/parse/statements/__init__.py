"""The forms that are known, one module each. Adding a module's FORM to FORMS is all it takes to read a new one."""

from __future__ import annotations

from app.parse.forms import Form

FORMS: tuple[Form, ...] = ()
