"""Nothing is left undocumented: problems, settings, filters, parameters, resources, headers, commands, pages.

Each test takes what there is from the program itself and looks for it in the pages, and the other way round where a
page could speak of what is no more.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, get_args

import click
import httpx
import pytest
import typer.main

from app import cli, settings
from app.api import finish, problems
from app.api.openapi import openapi_document
from app.api.paths import FIXED
from app.query.columns import Operator
from app.query.read_query import filter_parameters
from app.query.registry import RESOURCES

ROOT = Path(__file__).parents[2]
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVERYTHING = "\n".join((README, *PAGES.values()))
DOCUMENT: Any = openapi_document()


def words(text: str) -> str:
    """A text as its words alone, so that where lines break makes no difference."""
    return " ".join(text.split())


def section(slug: str) -> str:
    """What docs/errors.md says of one kind of problem."""
    found = re.search(rf"^## {re.escape(slug)}$(.*?)(?=^## |\Z)", PAGES["errors.md"], flags=re.MULTILINE | re.DOTALL)
    assert found, f"docs/errors.md has no section {slug}"
    return words(found.group(1))


def commands() -> dict[str, click.Command]:
    """Every command of the command line by its words: `seed build`."""
    found: dict[str, click.Command] = {}

    def walk(command: Any, path: tuple[str, ...]) -> None:
        if hasattr(command, "commands"):
            for name, child in command.commands.items():
                walk(child, (*path, name))
        else:
            found[" ".join(path)] = command

    walk(typer.main.get_command(cli.application), ())
    return found


@pytest.mark.parametrize("slug", sorted(problems.KINDS))
async def test_every_problem_type_has_a_page_here_and_on_the_service(slug: str, client: httpx.AsyncClient) -> None:
    kind = problems.KINDS[slug]
    written = section(slug)
    assert words(kind.description) in written
    assert written.startswith(f"Status {kind.status}")
    page = await client.get(kind.type, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    described = (await client.get(kind.type)).json()["data"]
    assert described == {
        "type": kind.type,
        "status": kind.status,
        "title": kind.title,
        "description": kind.description,
    }


def test_no_page_describes_a_problem_that_is_no_more() -> None:
    assert set(re.findall(r"^## ([a-z-]+)$", PAGES["errors.md"], flags=re.MULTILINE)) == set(problems.KINDS)


def test_every_kind_of_problem_that_is_declared_is_served() -> None:
    declared = {value.slug for _, value in inspect.getmembers(problems, lambda one: isinstance(one, problems.Kind))}
    assert declared == set(problems.KINDS)


def test_every_setting_is_documented_with_a_default_and_what_it_does() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", PAGES["settings.md"], flags=re.MULTILINE)
    assert {name for name, _, _ in rows} == set(settings.VARIABLES)
    assert all(default and len(does) > 10 for _, default, does in rows)


def test_every_variable_that_a_page_names_is_a_setting() -> None:
    named = set(re.findall(r"\b(?:GONGKAI|DATABASE)_[A-Z_]*[A-Z]\b", EVERYTHING))
    assert named <= set(settings.VARIABLES)


@pytest.mark.parametrize("operator", get_args(Operator))
def test_every_filter_operator_is_in_the_table_of_filters(operator: str) -> None:
    shown = {"eq": "`field=a,b`", "search": "`q=`"}.get(operator, f"`__{operator}`")
    rows = [line for line in PAGES["api.md"].splitlines() if line.startswith("|") and shown in line.split("|")[1]]
    assert len(rows) == 1, shown


def test_every_operator_is_one_that_some_filter_has() -> None:
    used = {operator for name in RESOURCES for _, operator in filter_parameters(name).values()}
    assert used == set(get_args(Operator))


def test_every_parameter_that_is_no_filter_is_documented() -> None:
    filters = {name for resource in RESOURCES for name in filter_parameters(resource)}
    found: dict[str, str] = {}
    shared = DOCUMENT["components"]["parameters"]
    for path, item in DOCUMENT["paths"].items():
        for parameter in item["get"].get("parameters", []):
            described = shared[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
            if described["in"] == "query" and described["name"] not in filters:
                found[described["name"]] = path
    assert {"sort", "fields", "limit", "cursor", "unit", "release"} <= set(found)
    # The conditions on groups are named by a rule: <measure>__<operator>.
    missing = {
        name: path
        for name, path in found.items()
        if not re.search(rf"`{re.escape(name)}[`=]|[?&]{re.escape(name)}=", EVERYTHING) and "__" not in name
    }
    assert not missing


@pytest.mark.parametrize("name", list(RESOURCES))
def test_every_resource_has_its_row_and_every_filter_its_description(name: str) -> None:
    resource = RESOURCES[name]
    rows = [line for line in PAGES["api.md"].splitlines() if line.startswith(f"| `{name}` | {resource.zh} |")]
    assert len(rows) == 1
    assert f"`{resource.key}`" in rows[0]
    described = {
        (parameter["$ref"].rsplit("/", 1)[1].rpartition(".")[2] if "$ref" in parameter else parameter["name"])
        for parameter in DOCUMENT["paths"][f"/v1/{name}"]["get"]["parameters"]
    }
    assert set(filter_parameters(name)) <= described


@pytest.mark.parametrize("path", FIXED)
def test_every_path_that_is_no_list_is_named(path: str) -> None:
    assert re.search(rf"`(?:GET )?{re.escape(path)}[`?]", EVERYTHING), path


def test_every_header_that_readers_may_use_is_named() -> None:
    for header in (part.strip() for part in finish.EXPOSED.split(",")):
        assert f"`{header}" in EVERYTHING, header


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_readme_and_says_what_it_does(name: str) -> None:
    command = commands()[name]
    assert re.search(rf"gongkai {name}[ `]", EVERYTHING), name
    assert (command.help or "").strip().endswith(".")
    for parameter in command.params:
        option = next((one for one in parameter.opts if one.startswith("--")), None)
        if option and option != "--help":
            assert getattr(parameter, "help", None), f"{name} {option}"
            assert option in EVERYTHING, f"gongkai {name} {option}"


def test_no_page_names_a_command_that_is_no_more() -> None:
    known = commands()
    named = set(re.findall(r"gongkai ((?:seed |db )?[a-z]+)[ `]", "\n".join(re.findall(r"`[^`\n]+`", EVERYTHING))))
    assert {name for name in named if name not in known and name not in ("seed", "db")} <= {"gongkai"}


def test_every_page_is_linked_and_every_link_leads_to_a_file() -> None:
    for name, text in {"README.md": README, **{f"docs/{page}": text for page, text in PAGES.items()}}.items():
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (ROOT / name).parent.joinpath(target).exists(), f"{name}: {target}"
    for page in PAGES:
        assert page in EVERYTHING.replace(f"# {page}", ""), f"no page leads to docs/{page}"


def test_policy_of_taking_away_names_both_headers_and_its_times() -> None:
    text = PAGES["stability.md"]
    for said in ("`Deprecation`", "`Sunset`", "RFC 9745", "RFC 8594", "twelve months", "`deprecated: true`"):
        assert said in text
    deprecated = [path for path, item in DOCUMENT["paths"].items() if item["get"].get("deprecated")]
    assert bool(deprecated) != ("Deprecated now: nothing." in text)
