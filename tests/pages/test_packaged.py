"""What is installed carries the templates and the style sheet: pages are made where there is no checkout."""

from __future__ import annotations

import zipfile
from pathlib import Path

from flit_core.wheel import make_wheel_in

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_carries_every_template_and_the_style_sheet(tmp_path: Path) -> None:
    made = make_wheel_in(ROOT / "pyproject.toml", tmp_path)
    carried = set(zipfile.ZipFile(made.file).namelist())
    wanted = {f"app/pages/templates/{file.name}" for file in (ROOT / "app" / "pages" / "templates").glob("*.html")}
    assert len(wanted) > 10
    assert wanted | {"app/pages/pages.css"} <= carried


def test_image_is_made_of_the_whole_package() -> None:
    assert "\nCOPY app app\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "!app" in ignored
    assert not [line for line in ignored if "html" in line or "css" in line]
