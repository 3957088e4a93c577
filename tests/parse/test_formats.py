"""Promise: what a file is says its content, not its name; what is not read is refused with a word on what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.errors import DocumentError
from app.parse.formats import format_of
from app.parse.readers import read_document
from tests import written

_TEXT = "部门预算收支总表\n\t项目\n\t金额\n"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def ole(*streams: str) -> bytes:
    """The beginning of a compound file that names these streams; enough to tell what it is."""
    return _OLE + b"".join(stream.encode("utf-16-le").ljust(128, b"\0") for stream in streams)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_TEXT.encode(), "text"),
        (_TEXT.encode("gb18030"), "text"),
        ("\ufeff部门预算".encode(), "text"),
        ("<2024年部门预算>\n".encode(), "text"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4\n", "pdf"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<HTML xmlns="x">', "html"),
        ("\ufeff<html><body>".encode("utf-16-le"), "html"),
        (b"\r\n  <table border=1><tr><td>1</td></tr></table>", "html"),
        (ole("Root Entry", "WordDocument"), "doc"),
        (ole("Root Entry", "Workbook"), "xls"),
        (ole("Root Entry", "Book"), "xls"),
    ],
)
def test_format_is_known_by_its_content(data: bytes, expected: str) -> None:
    assert format_of(data, "公开.doc") == expected


@pytest.mark.parametrize("file_format", ["docx", "xlsx", "xls", "html"])
def test_written_file_is_known_whatever_its_name_ends_in(file_format: str) -> None:
    data = written.WRITERS[file_format](written.blocks_of("qingyuan_budget_2020.txt"))
    assert format_of(data, "表.pdf") == file_format
    assert read_document(data, "表.pdf").format == file_format


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{\\rtf1\\ansi", "is an RTF file; open it in the program it was made with and save it as DOCX or PDF"),
        (b"\x89PNG\r\n\x1a\n", r"is a picture \(PNG\); give the document it shows"),
        (b"\xff\xd8\xff\xe0" + bytes(60), r"is a picture \(JPEG\)"),
        (b"BM" + bytes(60), r"is a picture \(BMP\)"),
        (b"Rar!\x1a\x07", "is a RAR archive; unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive"),
        (b"\x1f\x8b\x08\x00\x00", "is a gzip file"),
        (b"MZ\x90\x00" + bytes(60), "is a program"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", r"is a mail or a web archive \(MHTML\)"),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
            r"is an Office file in one XML \(2003\); .* XLSX",
        ),
        (
            b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><x/>',
            r"is an Office file in one XML \(2003\); .* DOCX",
        ),
        (ole("Root Entry", "EncryptedPackage"), "is encrypted .*save it without a password"),
        (ole("Root Entry", "PowerPoint Document"), "is a presentation"),
        (ole("Root Entry", "WpsContents"), "neither a text nor a table"),
        (zipped(**{"a.txt": b"x"}), "is a ZIP archive and no Office file; unpack it"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), r"is an OpenDocument text \(ODT\)"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "is an OpenDocument file"),
        (zipped(**{"xl/workbook.bin": b"x"}), r"is a binary workbook \(XLSB\); save it as XLSX"),
        (zipped(**{"OFD.xml": b"x"}), "is an OFD file; save it as PDF"),
        (zipped(**{"ppt/presentation.xml": b"x"}), "is a presentation"),
        (b"PK\x03\x04....", "a damaged or cut off ZIP package"),
    ],
)
def test_format_that_is_not_read_is_named_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(DocumentError, match=rf"^公开\.pdf: .*{says}"):
        format_of(data, "公开.pdf")


def test_text_that_begins_with_letters_of_a_picture_is_text() -> None:
    assert format_of("BM项目绩效目标表\n".encode(), "t.txt") == "text"
