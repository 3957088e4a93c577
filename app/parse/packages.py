"""Office files as ZIP packages: opened with limits, and their XML read with everything off that reaches outside.

DOCX and XLSX are ZIP files of XML parts. Nothing is unpacked to disk, only named parts are inflated, and each only as
far as the limits go, whatever sizes the package claims.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from app.errors import DocumentError
from app.records import Finding

# A Word file has about fifteen parts, one with many pictures some hundreds.
MOST_PARTS = 5_000
# The largest part of a real disclosure inflates to some megabytes.
LARGEST_PART = 64 * 1024 * 1024
LARGEST_PACKAGE = 256 * 1024 * 1024
# XML of tables deflates to a twentieth, of repeated blank cells to a hundredth; a bomb to a thousandth.
HIGHEST_RATIO = 300
_RATIO_COUNTS_FROM = 1024 * 1024

_OUTSIDE = re.compile(rb'TargetMode\s*=\s*["\']External["\']')
_HYPERLINK = b"/hyperlink"
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_SHOWN = 5
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Package:
    """An opened package. Parts are read by name; a part that is not there is None."""

    source_file: str
    archive: zipfile.ZipFile

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(info.filename for info in self.archive.infolist())

    def part(self, name: str) -> bytes | None:
        """The inflated bytes of a part. DocumentError where it is damaged or larger than it may be."""
        if name not in self.names:
            return None
        info = self.archive.getinfo(name)
        try:
            with self.archive.open(info) as opened:
                # What the package says of its size is not believed.
                data = opened.read(LARGEST_PART + 1)
        except _ZIP_ERRORS as error:
            raise DocumentError(
                f"{self.source_file}: its part {name[:80]!r} is damaged ({error or type(error).__name__}); "
                "fetch the file again"
            ) from error
        if len(data) > LARGEST_PART:
            raise DocumentError(_part_too_large(self.source_file, name))
        return data

    def tree(self, name: str) -> etree._Element | None:
        """The root of an XML part; None where the package has no such part."""
        data = self.part(name)
        return None if data is None else read_xml(data, source_file=self.source_file, part=name)

    def relations(self, part: str) -> Mapping[str, str]:
        """Relationship id → the part it names, of those inside the package; outside ones are never followed."""
        folder, _, file = part.rpartition("/")
        root = self.tree(f"{folder}/_rels/{file}.rels")
        found: dict[str, str] = {}
        for element in () if root is None else root.iter("{*}Relationship"):
            if element.get("TargetMode") != "External":
                target = element.get("Target") or ""
                found[element.get("Id") or ""] = target[1:] if target.startswith("/") else f"{folder}/{target}"
        return found

    def findings(self) -> Iterator[Finding]:
        """What the package holds that is not read: macros, references to other files and hosts."""
        macros = sorted(name for name in self.names if name.lower().endswith(("vbaproject.bin", "vbadata.xml")))
        if macros:
            yield macros_finding()
        outside = list(self._outside())
        if outside:
            yield Finding(
                code="external_reference",
                severity="warning",
                message=f"the file refers to {len(outside)} things outside of it (a template, a picture, another "
                "file); none is fetched",
                text="; ".join(outside[:_SHOWN])[:80],
            )

    def _outside(self) -> Iterator[str]:
        for name in sorted(self.names):
            if name.endswith(".rels"):
                for found in _RELATIONSHIP.findall(self.part(name) or b""):
                    if _OUTSIDE.search(found) and _HYPERLINK not in found:
                        target = re.search(rb'Target\s*=\s*["\']([^"\']*)', found)
                        yield target.group(1).decode("utf-8", "replace") if target else name


def macros_finding() -> Finding:
    """The finding that a file carries macros."""
    return Finding(
        code="macros_ignored",
        severity="warning",
        message="the file carries macros; they are neither run nor read",
    )


def open_package(data: bytes, source_file: str) -> Package:
    """The package, after its table of contents has been looked through.

    DocumentError where it is damaged, encrypted, names parts outside of itself or twice, or would inflate to more than
    any disclosure holds.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except _ZIP_ERRORS as error:
        raise DocumentError(
            f"{source_file}: a damaged or cut off ZIP package ({error or type(error).__name__}); fetch the file again"
        ) from error
    if len(parts) > MOST_PARTS:
        raise DocumentError(f"{source_file}: has {len(parts)} parts; a document has at most {MOST_PARTS}")
    seen: set[str] = set()
    for info in parts:
        name = info.filename
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name or "\x00" in name:
            raise DocumentError(f"{source_file}: names a part outside of itself ({name[:80]!r}); it is not read")
        if name in seen:
            raise DocumentError(f"{source_file}: holds the part {name[:80]!r} twice; it is not read")
        seen.add(name)
        if info.flag_bits & 0x1:
            raise DocumentError(f"{source_file}: its parts are encrypted; save it without a password")
        if info.file_size > LARGEST_PART and not name.startswith(("word/media/", "xl/media/")):
            raise DocumentError(_part_too_large(source_file, name))
        if info.file_size > _RATIO_COUNTS_FROM and info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
            raise DocumentError(
                f"{source_file}: its part {name[:80]!r} inflates to {info.file_size // max(info.compress_size, 1)} "
                f"times its size; more than {HIGHEST_RATIO} times is not read (a ZIP bomb?)"
            )
    total = sum(info.file_size for info in parts)
    if total > LARGEST_PACKAGE:
        raise DocumentError(
            f"{source_file}: inflates to {total} bytes; a disclosure has at most {LARGEST_PACKAGE} (256 MiB)"
        )
    return Package(source_file, archive)


def read_xml(data: bytes, *, source_file: str, part: str) -> etree._Element:
    """The root of an XML part: no entities, no DTD, no network, no more depth and length than libxml2 allows."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(
            f"{source_file}: its part {part[:80]!r} is no well-formed XML ({str(error)[:200]}); fetch the file again"
        ) from error
    # Office formats forbid document types; entities that multiply need one.
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError(
            f"{source_file}: its part {part[:80]!r} declares a document type (entities); no Office file does, "
            "it is not read"
        )
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace; blank for what is no element. Strict and transitional files agree."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The attribute with that name, in whatever namespace it stands."""
    if element is None:
        return None
    found: str | None = element.get(name)
    if found is not None:
        return found
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), None)


def _part_too_large(source_file: str, name: str) -> str:
    return f"{source_file}: its part {name[:80]!r} is larger than {LARGEST_PART} bytes (64 MiB); it is not read"
