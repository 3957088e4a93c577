"""The Dockerfile installs by the Makefile's tested lines, copies only what exists, and does not run as root."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_installing_line_is_the_makefiles() -> None:
    lines = re.findall(r"^RUN (.*(?:pip|venv).*)$", DOCKERFILE, flags=re.MULTILINE)
    made = MAKEFILE.replace("$(BIN)", ".venv/bin").replace("$(PYTHON)", "python3")
    assert len(lines) == 3
    for line in lines:
        assert line in made


def test_everything_copied_exists_and_is_let_through() -> None:
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in allowed, name


def test_image_runs_as_a_user_with_a_health_check_and_no_development_packages() -> None:
    last_stage = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER gongkai$", last_stage, flags=re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert "requirements-dev" not in DOCKERFILE
    runtime = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for package in ("pytest", "ruff", "mypy", "hypothesis", "httpx", "pymupdf", "pandas", "duckdb", "selenium"):
        assert not re.search(rf"^{package}==", runtime, flags=re.MULTILINE), package


def test_files_of_releases_lie_on_a_volume_that_the_service_may_write() -> None:
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    directory = re.search(r"GONGKAI_RELEASES=(\S+)", DOCKERFILE)
    assert directory
    assert f"install -d -o gongkai {directory[1]}" in DOCKERFILE
    assert "read_only: true" in compose
    assert f"- releases:{directory[1]}" in compose
    assert re.search(r"^  releases:$", compose, flags=re.MULTILINE)
