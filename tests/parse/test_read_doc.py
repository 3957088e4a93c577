"""Promise: an old Word file is read where LibreOffice is installed, and elsewhere refused with what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.errors import DocumentError
from app.parse import read_doc
from app.parse.confined import parse_files
from tests import written

_BUDGET = "qingyuan_budget_2020.txt"
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le")

needs_libreoffice = pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="LibreOffice (soffice) is not installed"
)


def test_old_word_file_without_libreoffice_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        DocumentError, match=r"a\.doc: is an old Word file \(DOC\); install LibreOffice .* or save it as DOCX"
    ):
        read_doc.read_doc(_OLD_WORD, "a.doc")


@needs_libreoffice
def test_damaged_old_word_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(_OLD_WORD)
    (outcome,) = parse_files([path])
    assert "LibreOffice cannot read it" in str(outcome.error)


@needs_libreoffice
def test_old_word_file_gives_the_records_of_the_new_one(tmp_path: Path) -> None:
    new = tmp_path / "a.docx"
    new.write_bytes(written.as_docx(written.blocks_of(_BUDGET)))
    program = shutil.which("soffice") or shutil.which("libreoffice") or ""
    command = [program, f"-env:UserInstallation={tmp_path.as_uri()}/profile", "--headless", "--convert-to"]
    subprocess.run(
        [*command, "doc:MS Word 97", "--outdir", str(tmp_path), str(new)],
        check=True,
        capture_output=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    docx, doc = parse_files([new, tmp_path / "a.doc"])
    assert doc.parsed is not None
    assert docx.parsed is not None
    assert doc.parsed.disclosure.format == "doc"
    assert doc.parsed.three_public == docx.parsed.three_public
    assert doc.parsed.disclosure.id == docx.parsed.disclosure.id
