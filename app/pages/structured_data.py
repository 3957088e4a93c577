"""schema.org in JSON-LD: what search engines read of a page. Pure; every address is whole."""

from __future__ import annotations

from collections.abc import Sequence

from app import publication
from app.bulk.manifest import BulkFile, ReleaseFiles
from app.pages.asked import Asked
from app.pages.rows import Row
from app.query import words
from app.query.columns import Json, Resource
from app.query.extent import Extent, ReleaseExtent
from app.query.registry import RESOURCES
from app.settings import Settings

_CONTEXT = "https://schema.org/"
# A search engine takes descriptions of 50 to 5000 signs.
_SHORTEST = 50
_DIVISIONS_NAMED = 100
_API_FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def home(asked: Asked, settings: Settings, extent: ReleaseExtent, files: ReleaseFiles | None) -> Json:
    """The site, the catalogue with all its data sets, and the data set of the whole."""
    base = asked.base
    catalogue: Json = {
        "@type": "DataCatalog",
        "@id": f"{base}/#catalogue",
        "name": asked.language.say(publication.TITLE_ZH, publication.TITLE_EN),
        "description": _described(asked, publication.SUMMARY_ZH, publication.SUMMARY_EN),
        "url": asked.canonical(asked.language),
        "license": publication.DATA_LICENCE.url,
        "publisher": {"@id": f"{base}/#publisher"},
        "inLanguage": [*publication.LANGUAGES],
        "dataset": [
            {
                "@type": "Dataset",
                "@id": f"{base}/datasets/{name}#dataset",
                "name": asked.language.say(resource.zh, resource.en),
                "description": _described(asked, resource.description_zh, resource.description),
                "url": f"{base}/datasets/{name}",
                "license": publication.DATA_LICENCE.url,
                "creator": {"@id": f"{base}/#publisher"},
            }
            for name, resource in RESOURCES.items()
        ],
    }
    site: Json = {
        "@type": "WebSite",
        "@id": f"{base}/#site",
        "url": f"{base}/",
        "name": asked.language.say(publication.TITLE_ZH, publication.TITLE_EN),
        "inLanguage": [*publication.LANGUAGES],
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base}/search?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    whole: dict[str, Json] = {
        **_dataset(asked, extent.whole, extent),
        "@id": f"{base}/#dataset",
        "name": asked.language.say(publication.TITLE_ZH, publication.TITLE_EN),
        "description": _described(asked, publication.SUMMARY_ZH, publication.SUMMARY_EN),
        "identifier": f"{base}/#dataset",
        "url": f"{base}/",
        "hasPart": [{"@id": f"{base}/datasets/{name}#dataset"} for name in RESOURCES],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": "API",
                "encodingFormat": "application/json",
                "contentUrl": f"{base}/v1",
            },
            *_files(base, extent.number, [] if files is None else [f for f in files.files if f.resource is None]),
        ],
    }
    return {"@context": _CONTEXT, "@graph": [_publisher(base, settings), site, catalogue, whole]}


def dataset(
    asked: Asked, settings: Settings, resource: Resource, extent: ReleaseExtent, files: Sequence[BulkFile]
) -> Json:
    """The data set of one resource."""
    base, name = asked.base, resource.name
    described: dict[str, Json] = {
        **_dataset(asked, extent.resources[name], extent),
        "@id": f"{base}/datasets/{name}#dataset",
        "identifier": f"{base}/datasets/{name}#dataset",
        "name": asked.language.say(f"{publication.TITLE_ZH}：{resource.zh}", f"{publication.TITLE_EN}: {resource.en}"),
        "description": _described(asked, resource.description_zh, resource.description),
        "url": asked.canonical(asked.language),
        "isPartOf": {"@id": f"{base}/#dataset"},
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": column.name,
                "description": asked.language.say(column.description_zh or column.zh, column.description),
                **({"unitText": "万元"} if column.kind == "money" else {}),
            }
            for column in resource.columns
            if column.kind in ("money", "number")
        ],
        "distribution": [
            *_lists(base, name),
            *_files(base, extent.number, files),
        ],
    }
    return {"@context": _CONTEXT, "@graph": [_publisher(base, settings), described]}


def department(asked: Asked, settings: Settings, record: Row, release: int) -> Json:
    """The department as an organisation of government, and the data set of what it discloses."""
    base, key = asked.base, record["id"]
    years = [disclosure["fiscal_year"] for disclosure in record["disclosures"]]
    organisation: dict[str, Json] = {
        "@type": "GovernmentOrganization",
        "@id": f"{base}/departments/{key}#department",
        "name": record["name"],
        "alternateName": [*record["aliases"]],
        "identifier": key,
        "url": asked.canonical(asked.language),
        "areaServed": _place(base, record["region_code"], record["region_name"]),
        "address": {"@type": "PostalAddress", "addressCountry": "CN", "addressRegion": record["region_name"]},
    }
    name = asked.language.say(f"{record['name']}：部门预算决算", f"{record['name']}: budgets and final accounts")
    return {
        "@context": _CONTEXT,
        "@graph": [
            _publisher(base, settings),
            organisation,
            {
                **_common(asked, release),
                "@id": f"{base}/departments/{key}#dataset",
                "identifier": f"{base}/departments/{key}#dataset",
                "name": name,
                "description": _described(
                    asked,
                    f"{record['name']}（{record['region_name'] or record['region_code']}）公开的部门预算与部门决算。",
                    f"Budgets and final accounts that {record['name']} ({record['region_name']}) has published.",
                ),
                "url": asked.canonical(asked.language),
                "about": {"@id": f"{base}/departments/{key}#department"},
                "isPartOf": {"@id": f"{base}/#dataset"},
                "spatialCoverage": _place(base, record["region_code"], record["region_name"]),
                **({"temporalCoverage": _years(min(years), max(years))} if years else {}),
                "distribution": _lists(base, "expenditures", f"?department_id={key}"),
            },
        ],
    }


def disclosure(asked: Asked, settings: Settings, record: Row, release: int) -> Json:
    """The data set of one document."""
    base, key, year = asked.base, record["id"], record["fiscal_year"]
    kind = words.KIND[record["kind"]]
    owner = record["department_name"]
    return {
        "@context": _CONTEXT,
        "@graph": [
            _publisher(base, settings),
            {
                **_common(asked, release),
                "@id": f"{base}/disclosures/{key}#dataset",
                "identifier": f"{base}/disclosures/{key}#dataset",
                "name": asked.language.say(f"{owner}{year}年{kind.zh}", f"{owner}: {kind.en} {year}"),
                "description": _described(
                    asked,
                    f"{owner}（{record['region_name'] or record['region_code']}）{year}年{kind.zh}的全部报表与数字。",
                    f"Every statement and figure of the {kind.en} {year} of {owner} ({record['region_name']}).",
                ),
                "url": asked.canonical(asked.language),
                "version": f"{release}-{record['revision']}",
                "dateModified": record["loaded_at"],
                "temporalCoverage": _years(year, year),
                "spatialCoverage": _place(base, record["region_code"], record["region_name"]),
                "isPartOf": {"@id": f"{base}/#dataset"},
                "about": {
                    "@type": "GovernmentOrganization",
                    "@id": f"{base}/departments/{record['department_id']}#department",
                    "name": owner,
                },
                "isBasedOn": {
                    "@type": "DigitalDocument",
                    "name": record["title"],
                    "identifier": f"sha256:{record['sha256']}",
                },
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "name": "JSON",
                        "encodingFormat": "application/json",
                        "contentUrl": f"{base}/v1/disclosures/{key}",
                    },
                    *_lists(base, "expenditures", f"?disclosure_id={key}"),
                ],
            },
        ],
    }


def _dataset(asked: Asked, extent: Extent, release: ReleaseExtent) -> dict[str, Json]:
    """What a data set says of the whole of its release."""
    codes = extent.regions
    if len(codes) > _DIVISIONS_NAMED:
        codes = tuple(sorted({f"{code[:2]}0000" for code in codes}))
    return {
        **_common(asked, release.number),
        "datePublished": extent.issued.isoformat(),
        "dateModified": extent.modified.isoformat(),
        "keywords": [
            *asked.language.say("|".join(publication.KEYWORDS_ZH), "|".join(publication.KEYWORDS_EN)).split("|")
        ],
        "includedInDataCatalog": {"@id": f"{asked.base}/#catalogue"},
        "spatialCoverage": [
            {"@type": "Place", "name": "中华人民共和国"},
            *(_place(asked.base, code, release.names.get(code, code)) for code in codes),
        ],
        **({"temporalCoverage": _years(*extent.years)} if extent.years is not None else {}),
    }


def _common(asked: Asked, release: int) -> dict[str, Json]:
    """What every data set says."""
    return {
        "@type": "Dataset",
        "version": str(release),
        "license": publication.DATA_LICENCE.url,
        "creator": {"@id": f"{asked.base}/#publisher"},
        "publisher": {"@id": f"{asked.base}/#publisher"},
        "isAccessibleForFree": True,
        "inLanguage": [*publication.LANGUAGES],
        "creditText": asked.language.say(publication.ATTRIBUTION_ZH, publication.ATTRIBUTION_EN),
    }


def _publisher(base: str, settings: Settings) -> Json:
    known = publication.publisher(settings)
    described: dict[str, Json] = {
        "@type": "Organization",
        "@id": f"{base}/#publisher",
        "name": known.name,
        "url": f"{base}/",
    }
    if known.contact is not None:
        reached: dict[str, Json] = {"@type": "ContactPoint", "contactType": "customer service"}
        if known.contact.startswith("mailto:"):
            reached["email"] = known.contact.removeprefix("mailto:")
        else:
            reached["url"] = known.contact
        described["contactPoint"] = reached
    return described


def _lists(base: str, resource: str, query: str = "") -> list[Json]:
    """The rows of a resource that a query selects, in the formats that people open."""
    return [
        {
            "@type": "DataDownload",
            "name": f"{resource} {suffix.upper()}",
            "encodingFormat": media_type,
            "contentUrl": f"{base}/v1/{resource}.{suffix}{query}",
        }
        for suffix, media_type in _API_FORMATS.items()
    ]


def _files(base: str, release: int, files: Sequence[BulkFile]) -> list[Json]:
    return [
        {
            "@type": "DataDownload",
            "name": file.name,
            "encodingFormat": file.media_type,
            "contentUrl": f"{base}/v1/releases/{release}/files/{file.name}",
            "contentSize": f"{file.bytes} B",
            "sha256": file.sha256,
        }
        for file in files
    ]


def _place(base: str, code: str, name: str | None) -> Json:
    return {
        "@type": "AdministrativeArea",
        "@id": f"{base}/v1/regions/{code}",
        "name": name or code,
        "identifier": code,
    }


def _years(first: int, last: int) -> str:
    return f"{first}-01-01/{last}-12-31"


def _described(asked: Asked, zh: str, en: str) -> str:
    """A description that is long enough for a search engine, whatever the words."""
    text = asked.language.say(zh, en)
    if len(text) < _SHORTEST:
        text += asked.language.say(publication.SUMMARY_ZH, f" {publication.SUMMARY_EN}")
    if len(text) < _SHORTEST:
        text += asked.language.say(publication.ATTRIBUTION_ZH, f" {publication.ATTRIBUTION_EN}")
    return text[:5000]
