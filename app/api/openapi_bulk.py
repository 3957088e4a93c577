"""The part of the OpenAPI document about the files of a release."""

from __future__ import annotations

from app.api.schemas import reference
from app.bulk.manifest import MEDIA_TYPES
from app.query.columns import Json, object_schema
from app.query.releases import FILE

TAG: dict[str, Json] = {
    "name": "files",
    "description": "数据文件. The whole of a release as files, built once: Parquet, CSV, SQLite, digests.",
}
_NUMBER: Json = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "Number of the release; `latest` leads to the newest.",
    "schema": {"type": "string", "pattern": "^([0-9]+|latest)$"},
    "example": "1",
}
_TO_NEWEST: Json = {
    "description": "`latest`: the same of the newest release.",
    "headers": {"Location": {"description": "Where that is.", "schema": {"type": "string"}}},
}


def bulk_paths(
    headers: dict[str, Json], list_problems: dict[str, Json], file_problems: dict[str, Json]
) -> dict[str, Json]:
    """The list of the files, and each of them; `headers` are those of good answers."""
    return {
        "/v1/releases/{number}/files": {
            "get": {
                "operationId": "listReleaseFiles",
                "tags": ["files"],
                "summary": "The files of a release (数据文件)",
                "description": (
                    "One Parquet and one CSV file for each resource, all of them as one SQLite file, "
                    "`datapackage.json` (Frictionless), `README.md` and `SHA256SUMS`. "
                    "Rows and control totals are those of the lists. "
                    "The same at `/v1/releases/{number}/`."
                ),
                "parameters": [_NUMBER],
                "responses": {
                    "200": {
                        "description": "The files.",
                        "headers": headers,
                        "content": {"application/json": {"schema": reference("schemas", "ReleaseFilesAnswer")}},
                    },
                    "307": _TO_NEWEST,
                    **list_problems,
                },
            }
        },
        "/v1/releases/{number}/files/{name}": {
            "get": {
                "operationId": "getReleaseFile",
                "tags": ["files"],
                "summary": "A file of a release (数据文件)",
                "description": (
                    "The file, whole or in the parts that `Range` names: one as it is, several as "
                    "`multipart/byteranges`. It never changes under its ETag, which is its SHA-256, and is never "
                    "compressed on the way."
                ),
                "parameters": [
                    _NUMBER,
                    {
                        "name": "name",
                        "in": "path",
                        "required": True,
                        "description": "Name of the file.",
                        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
                        "example": "expenditures.parquet",
                    },
                    _header("Range", "The bytes that are wanted.", "bytes=-8"),
                    _header(
                        "If-Range",
                        "The ETag that parts fetched before had: another one gives the whole file.",
                        '"9f0c2d4e"',
                    ),
                ],
                "responses": {
                    "200": {"description": "The whole file.", "headers": _headers(whole=True), "content": _content()},
                    "206": {
                        "description": "The parts that `Range` names.",
                        "headers": _headers(whole=False),
                        "content": {**_content(), "multipart/byteranges": {"schema": {}}},
                    },
                    "307": _TO_NEWEST,
                    **file_problems,
                },
            }
        },
    }


def bulk_schemas() -> dict[str, Json]:
    """The schema of the list."""
    meta = object_schema(
        {
            "release": {"type": "integer", "description": "The release.", "examples": [1]},
            "created_at": {
                "type": "string",
                "format": "date-time",
                "description": "When it was made.",
                "examples": ["2025-03-01T08:00:00+00:00"],
            },
            "content_digest": {
                "type": "string",
                "description": "SHA-256 over its contents.",
                "examples": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
            },
            "unit": {"type": "string", "description": "The unit of all amounts.", "examples": ["wan"]},
            "unit_name": {"type": "string", "description": "The unit in Chinese.", "examples": ["万元"]},
            "unit_name_en": {"type": "string", "description": "The unit in English.", "examples": ["10,000 yuan"]},
            "schema": {"type": "integer", "description": "Version of the layout of the files.", "examples": [1]},
        }
    )
    said: Json = {"type": "array", "items": {"type": "string"}, "description": "Warnings.", "examples": [[]]}
    return {
        "ReleaseFile": {**FILE, "description": "A file of a release."},
        "ReleaseFilesAnswer": {
            **object_schema(
                {
                    "data": {
                        "type": "array",
                        "items": reference("schemas", "ReleaseFile"),
                        "description": "The files.",
                    },
                    "meta": {**meta, "description": "What the files are of."},
                    "warnings": said,
                }
            ),
            "description": "The files of a release.",
        },
    }


def _content() -> dict[str, Json]:
    types = dict.fromkeys([*MEDIA_TYPES.values(), "text/markdown; charset=utf-8"])
    return {
        media_type: {"schema": {"type": "string"} if media_type.startswith("text/") else {}} for media_type in types
    }


def _headers(*, whole: bool) -> dict[str, Json]:
    said = {
        "ETag": "SHA-256 of the file, in quotes.",
        "Accept-Ranges": "`bytes`.",
        "Repr-Digest": "SHA-256 of the whole file (RFC 9530).",
        "Cache-Control": "For ever.",
        **(
            {"Content-Digest": "SHA-256 of what is sent, which is the whole file."}
            if whole
            else {"Content-Range": "Which bytes of how many, where one part is sent."}
        ),
    }
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in said.items()}


def _header(name: str, description: str, example: str) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }
