"""What the data set is called, who publishes it and on which terms: the words of every catalogue, file and page."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings import Settings

TITLE_ZH = "中国部门预算决算公开数据"
TITLE_EN = "Chinese departmental budgets and final accounts"
SUMMARY_ZH = "各级政府部门每年公开的部门预算与部门决算，逐表、逐行、逐项整理为可查询、可核对的数据。"
SUMMARY_EN = (
    "What government departments in China plan to spend and have spent, line by line, with the cell it is printed in."
)
KEYWORDS_ZH = ("部门预算", "部门决算", "预算公开", "决算公开", "三公经费", "绩效目标", "政府采购", "财政")
KEYWORDS_EN = (
    "departmental budget",
    "final accounts",
    "budget transparency",
    "public expenditure",
    "performance targets",
    "government procurement",
    "China",
)
# Where the statements come from by law; what each disclosure is, its own source says.
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True)
class Licence:
    """Terms of use: an SPDX identifier, names, the deed, and its URI in the European licence vocabulary."""

    identifier: str
    name_zh: str
    name_en: str
    url: str
    eu_uri: str


# Of the data. The program's own licence is another matter (LICENSE).
DATA_LICENCE = Licence(
    identifier="CC-BY-4.0",
    name_zh="知识共享 署名 4.0 国际许可协议",
    name_en="Creative Commons Attribution 4.0 International",
    url="https://creativecommons.org/licenses/by/4.0/",
    eu_uri="http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
)
ATTRIBUTION_ZH = "引用时请注明公开部门、公开文件及本数据的版本。"
ATTRIBUTION_EN = "Name the department, its document and the release of this data when you quote it."


@dataclass(frozen=True)
class Publisher:
    """Who runs this service: a name, and where to reach them (`mailto:` or a web address) if they say so."""

    name: str
    contact: str | None


def publisher(settings: Settings) -> Publisher:
    """The publisher that the settings name."""
    return Publisher(name=settings.publisher, contact=settings.contact)
