"""Every setting is documented, has its documented default, and a wrong value is refused by name."""

import re
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import VARIABLES, from_environment

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")


def documented() -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", DOCUMENTED, flags=re.MULTILINE))


def test_every_variable_is_documented_and_every_documented_variable_exists() -> None:
    assert set(documented()) == set(VARIABLES)


def test_documented_defaults_are_the_defaults() -> None:
    settings = from_environment({})
    for variable, default in documented().items():
        if found := re.fullmatch(r"`([^`/]+)`", default):
            assert str(getattr(settings, VARIABLES[variable][0])) == found.group(1), variable


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GONGKAI_PORT", "http", "not a whole number"),
        ("GONGKAI_PORT", "70000", "outside 0–65535"),
        ("GONGKAI_WORKERS", "0", "outside 1–64"),
        ("GONGKAI_POSTGRES_VERSION", "17", "16 or 18"),
        ("DATABASE_URL", "mysql://localhost/x", "must begin with postgresql://"),
        ("GONGKAI_CONTACT", "office@example.org", "must begin with mailto:"),
    ],
)
def test_wrong_value_is_refused_with_variable_value_and_what_is_allowed(variable: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        from_environment({variable: value})
    assert variable in str(refused.value)


def test_value_is_read_and_a_blank_one_is_the_default(tmp_path: Path) -> None:
    settings = from_environment({"GONGKAI_PORT": "9000", "GONGKAI_DATA": str(tmp_path), "GONGKAI_HOST": " "})
    assert (settings.port, settings.data, settings.host) == (9000, tmp_path, "127.0.0.1")
