"""Every query that a README shows is asked with `seed_data/` loaded, and answers what is printed there."""

import re
from pathlib import Path

import httpx
import orjson
import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")


def questions(name: str) -> list[tuple[str, str]]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(
        r"```sh\ncurl 'http://127\.0\.0\.1:8000(/[^']+)'\n```\n```json\n(.+?)\n```", text, flags=re.DOTALL
    )


@pytest.mark.parametrize("name", READMES)
def test_five_questions_are_shown(name: str) -> None:
    assert len(questions(name)) == 5


@pytest.mark.parametrize(("query", "shown"), questions(READMES[0]))
async def test_answer_is_what_the_readme_shows_digit_for_digit(
    seed_client: httpx.AsyncClient, query: str, shown: str
) -> None:
    answer = (await seed_client.get(query)).text.replace("},\n{", "},{")  # a line for each row
    assert f'"data":[{re.sub(chr(10) + " *", "", shown)[1:-1]}],"page"' in answer


def test_both_readmes_show_the_same_queries_and_answers() -> None:
    assert questions(READMES[0]) == questions(READMES[1])


async def test_every_other_path_in_a_readme_is_served(seed_client: httpx.AsyncClient) -> None:
    for name in READMES:
        for path in re.findall(r"127\.0\.0\.1:8000(/[^\s'`>)]+)", (ROOT / name).read_text(encoding="utf-8")):
            answer = await seed_client.get(path)
            assert answer.status_code == 200, path
            if answer.headers["content-type"].startswith("application/json"):
                assert orjson.loads(answer.content)["data"], path
            else:
                assert int(answer.headers["x-total-count"]), path


@pytest.mark.parametrize("name", READMES)
def test_every_file_that_a_readme_links_to_exists(name: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / link).exists(), link
