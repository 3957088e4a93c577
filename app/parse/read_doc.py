"""Old Word files (DOC) → blocks, by LibreOffice where it is installed: it writes a DOCX, which `read_docx` reads.

LibreOffice runs with a profile of its own that is thrown away, macros and links off, within a time. The process that
calls it is confined already (`app/parse/worker.py`): no network, bounded memory.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from app.errors import DocumentError
from app.parse.grid import Document
from app.parse.packages import macros_finding
from app.parse.read_docx import read_docx

# A conversion takes one to three seconds, the first one of a new profile five.
_DEADLINE = 60
_LARGEST_RESULT = 64 * 1024 * 1024
_PROGRAMS = ("soffice", "libreoffice")
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def read_doc(data: bytes, source_file: str) -> Document:
    """The document's blocks in order. DocumentError where LibreOffice is not there or cannot read the file."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise DocumentError(
            f"{source_file}: is an old Word file (DOC); install LibreOffice (soffice) to read it, or save it as DOCX "
            "or PDF"
        )
    with tempfile.TemporaryDirectory(prefix="gongkai-doc-") as folder:
        converted = _convert(program, data, Path(folder), source_file)
    document = read_docx(converted, source_file)
    findings = list(document.findings)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        findings.append(macros_finding())
    return dataclasses.replace(
        document, sha256=hashlib.sha256(data).hexdigest(), format="doc", findings=tuple(findings)
    )


def _convert(program: str, data: bytes, folder: Path, source_file: str) -> bytes:
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    (folder / "in.doc").write_bytes(data)
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--infilter=MS Word 97",
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder),
        str(folder / "in.doc"),
    ]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8"}
    started = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        started.wait(timeout=_DEADLINE)
    except subprocess.TimeoutExpired:
        raise DocumentError(
            f"{source_file}: LibreOffice did not read it within {_DEADLINE} seconds; save it as DOCX"
        ) from None
    finally:
        # soffice is a script that starts the program; both are in the session that was begun for them.
        _end_session(started.pid)
        started.wait()
    result = folder / "in.docx"
    if not result.is_file() or result.stat().st_size > _LARGEST_RESULT:
        raise DocumentError(
            f"{source_file}: LibreOffice cannot read it (damaged?); open it in Word and save it as DOCX"
        )
    return result.read_bytes()


def _end_session(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
