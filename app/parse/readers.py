"""The reader of each format. A new format is an entry here and a name in `formats.FileFormat`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from app.parse.formats import FileFormat, format_of
from app.parse.grid import Document

Reader = Callable[[bytes, str], Document]

# By module and function: a reader's libraries are loaded when a file of its format comes.
_READERS: dict[FileFormat, tuple[str, str]] = {
    "text": ("app.parse.read_text", "read_text"),
    "pdf": ("app.parse.read_pdf", "read_pdf"),
    "docx": ("app.parse.read_docx", "read_docx"),
    "xlsx": ("app.parse.read_xlsx", "read_xlsx"),
    "html": ("app.parse.read_html", "read_html"),
    "doc": ("app.parse.read_doc", "read_doc"),
    "xls": ("app.parse.read_xls", "read_xls"),
}


def read_document(data: bytes, source_file: str) -> Document:
    """The file's blocks by the reader of its format. DocumentError names what is not read, and what to do."""
    module, function = _READERS[format_of(data, source_file)]
    read: Reader = getattr(import_module(module), function)
    return read(data, source_file)
