"""What a file is, by its content: its name says nothing, since a web page called .xls and a PDF called .doc occur.

`format_of` names the reader; what no reader takes is refused with a word on what to do.
"""

from __future__ import annotations

import re
from typing import Literal

from app.errors import DocumentError
from app.parse.packages import open_package

FileFormat = Literal["text", "pdf", "docx", "xlsx", "html", "doc", "xls"]

# PDF allows other bytes before its header.
_PDF_WITHIN = 1024
_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "open it in the program it was made with and save it as"
# Beginnings of files that are not read: what they are, and what to do.
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"{\\rtf", "an RTF file", f"{_SAVE_AS} DOCX or PDF"),
    (b"\x89PNG", "a picture (PNG)", "give the document it shows, or its text by text recognition"),
    (b"\xff\xd8\xff", "a picture (JPEG)", "give the document it shows, or its text by text recognition"),
    (b"GIF8", "a picture (GIF)", "give the document it shows, or its text by text recognition"),
    (b"II*\x00", "a picture (TIFF)", "give the document it shows, or its text by text recognition"),
    (b"MM\x00*", "a picture (TIFF)", "give the document it shows, or its text by text recognition"),
    (b"BM", "a picture (BMP)", "give the document it shows, or its text by text recognition"),
    (b"Rar!", "a RAR archive", "unpack it and give the documents in it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and give the documents in it"),
    (b"\x1f\x8b", "a gzip file", "unpack it and give the documents in it"),
    (b"OFD", "an OFD file", "save it as PDF"),
    (b"\x7fELF", "a program", "give the document"),
    (b"MZ", "a program", "give the document"),
)
_MAIN_PARTS: tuple[tuple[str, FileFormat], ...] = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"))
# By a part's name or the kind that the package names: what it is and what to do.
_REFUSED_PACKAGES: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "a binary workbook (XLSB); save it as XLSX"),
    ("OFD.xml", "an OFD file; save it as PDF"),
    ("ppt/presentation.xml", "a presentation (PPTX); save it as PDF"),
    ("opendocument.text", "an OpenDocument text (ODT); save it as DOCX or PDF"),
    ("opendocument", "an OpenDocument file (ODS); save it as XLSX or PDF"),
)
_MIME = re.compile(rb"(?i)\A\s*(?:MIME-Version:|From:\s|Content-Type:\s*multipart/)")
_MARKUP = re.compile(
    r"(?is)\A\s*(?:<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*"
    r"<(?:!doctype\s+html|html|head|body|table|div|meta|title|p|h[1-6]|span|center|font|style|section|article|main)\b"
)
_OTHER_XML: tuple[tuple[str, str], ...] = (
    (r"<\?mso-application\s+progid=\"Excel\.Sheet\"|urn:schemas-microsoft-com:office:spreadsheet", "XLSX"),
    (
        r"<\?mso-application\s+progid=\"Word\.Document\"|schemas\.microsoft\.com/office/(?:word/2003|2006/xmlPackage)",
        "DOCX",
    ),
)
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def format_of(data: bytes, source_file: str) -> FileFormat:
    """The format of the file. DocumentError says what a file is that no reader takes, and what to do with it."""
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return "pdf"
    if data.startswith(b"PK"):
        return _in_zip(data, source_file)
    if data.startswith(_OLE):
        return _in_ole(data, source_file)
    for magic, what, remedy in _REFUSED:
        # Two letters may begin a text, too; a picture or a program has blanks of no text after them.
        if data.startswith(magic) and (len(magic) > 2 or b"\x00" in data[:64]):  # noqa: PLR2004 - as said
            raise DocumentError(f"{source_file}: is {what}; {remedy}")
    if _MIME.match(data[:_HEAD]):
        raise DocumentError(f"{source_file}: is a mail or a web archive (MHTML); save the page as HTML or PDF")
    head = _text_head(data)
    for pattern, suffix in _OTHER_XML:
        if re.search(pattern, head):
            raise DocumentError(f"{source_file}: is an Office file in one XML (2003); {_SAVE_AS} {suffix}")
    return "html" if _MARKUP.match(head) else "text"


def _in_zip(data: bytes, source_file: str) -> FileFormat:
    package = open_package(data, source_file)
    names = package.names
    for part, found in _MAIN_PARTS:
        if part in names:
            return found
    kind = (package.part("mimetype") or b"")[:80].decode("ascii", "replace").strip()
    for sign, what in _REFUSED_PACKAGES:
        if sign in names or sign in kind:
            raise DocumentError(f"{source_file}: is {what}")
    raise DocumentError(f"{source_file}: is a ZIP archive and no Office file; unpack it and give the documents in it")


def _in_ole(data: bytes, source_file: str) -> FileFormat:
    """Which old Office file it is, by the names of its streams, which stand in it in UTF-16."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise DocumentError(f"{source_file}: is encrypted (a password is needed); save it without a password")
    if holds("WordDocument"):
        return "doc"
    if holds("Workbook") or holds("Book"):
        return "xls"
    if holds("PowerPoint Document"):
        raise DocumentError(f"{source_file}: is a presentation (PPT); save it as PDF")
    raise DocumentError(
        f"{source_file}: is an old Office or WPS file that is neither a text nor a table; {_SAVE_AS} DOCX, XLSX or PDF"
    )


def _text_head(data: bytes) -> str:
    head = data[:_HEAD]
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace")
    # Markup is ASCII in every encoding that is left.
    return head.decode("latin-1")
