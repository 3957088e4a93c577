"""Promise: a file made to do harm is refused by name, in bounded time and memory, and nothing of it is loaded."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import DocumentError
from app.parse import document, packages
from app.parse.confined import ParsedFile, parse_files
from app.parse.document import parse_document
from app.parse.grid import Text
from app.parse.limits import Limits
from app.parse.readers import read_document
from tests import written

BUDGET = "qingyuan_budget_2020.txt"
_SECONDS = 20
_GONGKAI = str(Path(sys.executable).with_name("gongkai"))


def docx() -> bytes:
    return written.as_docx(written.blocks_of(BUDGET))


def xlsx() -> bytes:
    return written.as_xlsx(written.blocks_of(BUDGET))


def refusal(data: bytes, name: str = "x.bin") -> str:
    """What the parser says of the bytes, which it must say within seconds."""
    start = time.monotonic()
    with pytest.raises(DocumentError) as caught:
        parse_document(data, source_file=name)
    assert time.monotonic() - start < _SECONDS
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def confined(tmp_path: Path, data: bytes, **limits: int) -> ParsedFile:
    path = tmp_path / "foreign.bin"
    path.write_bytes(data)
    (outcome,) = parse_files([path], limits=Limits(**limits))
    return outcome


# --- ZIP packages -----------------------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """A part of that many noughts, which deflates to a thousandth."""
    return bytes(size)


def test_part_that_inflates_a_thousandfold_is_refused_before_it_is_inflated() -> None:
    data = written.with_parts(docx(), {"word/document.xml": bomb(60 * 1024 * 1024)})
    assert len(data) < 200_000
    assert "a ZIP bomb?" in refusal(data)


def test_part_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LARGEST_PART", 20_000)
    data = written.with_parts(docx(), {"word/document.xml": os.urandom(20_001)})
    assert "is larger than" in refusal(data)


def test_package_whose_parts_together_are_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LARGEST_PACKAGE", 10_000)
    assert "inflates to" in refusal(docx())


def test_part_that_lies_about_its_size_is_inflated_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = written.with_parts(docx(), {"word/document.xml": b"<a>" + b" " * 90_000 + b"</a>"})
    size = (90_007).to_bytes(4, "little")
    assert honest.count(size) == 2  # in the part's own head and in the table of contents
    monkeypatch.setattr(packages, "LARGEST_PART", 50_000)
    said = refusal(honest.replace(size, (4_000).to_bytes(4, "little")))
    assert "damaged" in said or "larger than" in said


def test_package_of_very_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_PARTS", 20)
    assert "a document has at most 20" in refusal(written.with_parts(docx(), {f"word/{n}.xml": b"" for n in range(30)}))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word\\..\\..\\x", "C:/x"])
def test_part_with_a_path_out_of_the_package_is_refused(name: str) -> None:
    assert "names a part outside of itself" in refusal(written.with_parts(docx(), {name: b"x"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_part_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/document.xml", b"<other/>")
    assert "twice" in refusal(file.getvalue())


def test_encrypted_package_is_refused_as_such() -> None:
    data = bytearray(docx())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(magic, at + 1)) >= 0:
            data[at + offset] |= 1
    assert "save it without a password" in refusal(bytes(data))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("make", [docx, xlsx])
def test_truncated_package_is_refused_as_damaged(make: Callable[[], bytes], share: float) -> None:
    data = make()
    assert "damaged or cut off" in refusal(data[: int(len(data) * share)])


# --- XML --------------------------------------------------------------------------------------------------------------

_LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + ']><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&a11;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (docx, "word/document.xml"),
        (docx, "word/styles.xml"),
        (xlsx, "xl/workbook.xml"),
        (xlsx, "xl/sharedStrings.xml"),
        (xlsx, "xl/worksheets/sheet1.xml"),
    ],
)
def test_entities_that_multiply_are_refused(make: Callable[[], bytes], part: str) -> None:
    said = refusal(written.with_parts(make(), {part: _LAUGHS.encode()}))
    assert "document type" in said or "no well-formed XML" in said


def test_entity_that_names_a_file_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    xml = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><d><body><p><r><t>&x;</t></r></p></body></d>'
    assert "机密" not in refusal(written.with_parts(docx(), {"word/document.xml": xml.encode()}))


@pytest.mark.parametrize("depth", [300, 5_000, 200_000])
def test_elements_nested_without_end_are_refused(depth: int) -> None:
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc>"
    end = "</w:tc></w:tr></w:tbl>"
    xml = f'<w:document xmlns:w="w"><w:body>{table * depth}<w:p/>{end * depth}</w:body></w:document>'
    data = written.with_parts(docx(), {"word/document.xml": xml.encode()})
    assert refusal(data)


@pytest.mark.parametrize("depth", [300, 5_000, 100_000])
@pytest.mark.parametrize("tag", ["div", "table><tr><td>1<td", "b"])
def test_page_nested_without_end_is_refused_or_read(tag: str, depth: int) -> None:
    assert refusal(b"<html><body>" + f"<{tag}>".encode() * depth + "部门".encode())


def test_page_of_cells_that_span_the_world_is_refused() -> None:
    row = "<tr>" + "<td rowspan=65534 colspan=1000>1</td>" * 3 + "</tr>"
    assert "columns" in refusal(f"<html><body><table>{row * 500}</table></body></html>".encode())


def test_workbook_of_a_far_away_cell_is_read_without_the_emptiness_between() -> None:
    sheet = (
        '<worksheet xmlns="x"><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>3</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    read = read_document(written.with_parts(xlsx(), {"xl/worksheets/sheet1.xml": sheet.encode()}), "x")
    # One cell is merged over the whole sheet and covers the other two.
    assert read.blocks[0] == Text("1", 1)


# --- what reaches outside ---------------------------------------------------------------------------------------------


def test_template_of_another_host_is_named_and_not_fetched() -> None:
    relations = (
        '<Relationships xmlns="r"><Relationship Id="1" Type="x/attachedTemplate" Target="http://192.0.2.1/evil.dotm" '
        'TargetMode="External"/></Relationships>'
    )
    data = written.with_parts(docx(), {"word/_rels/settings.xml.rels": relations.encode()})
    (finding,) = [one for one in parse_document(data, source_file="x").findings if one.code == "external_reference"]
    assert finding.text == "http://192.0.2.1/evil.dotm"


@pytest.mark.parametrize(("make", "part"), [(docx, "word/vbaProject.bin"), (xlsx, "xl/vbaProject.bin")])
def test_macros_are_ignored_and_named(make: Callable[[], bytes], part: str) -> None:
    parsed = parse_document(written.with_parts(make(), {part: b"\xd0\xcf"}), source_file="x")
    assert "macros_ignored" in {finding.code for finding in parsed.findings}


# --- PDF --------------------------------------------------------------------------------------------------------------


def pdf(objects: list[bytes], root: int = 1) -> bytes:
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, table)
    return bytes(data)


def test_pdf_of_ten_thousand_pages_is_read_or_refused_within_the_limits(tmp_path: Path) -> None:
    pages = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 10000/Kids[%b]>>" % pages]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * 10_000
    start = time.monotonic()
    outcome = confined(tmp_path, pdf(objects), cpu_seconds=30, deadline_seconds=40)
    assert outcome.error is not None
    assert time.monotonic() - start < 45


@pytest.mark.parametrize(
    "objects",
    [
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>"],
        [b"<</Type/Catalog/Pages 2 0 R>>", b"[" * 100_000],
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</A " * 50_000],
    ],
    ids=["pages of themselves", "arrays in arrays", "dictionaries in dictionaries"],
)
def test_pdf_of_objects_without_end_is_refused(tmp_path: Path, objects: list[bytes]) -> None:
    assert confined(tmp_path, pdf(objects), cpu_seconds=10, deadline_seconds=15).error is not None


def test_pdf_with_a_stream_that_inflates_without_end_stays_within_the_limits(tmp_path: Path) -> None:
    stream = zlib.compress(b"0 0 m 1 1 l S\n" * 20_000_000, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(stream), stream),
    ]
    start = time.monotonic()
    outcome = confined(tmp_path, pdf(objects), cpu_seconds=5, deadline_seconds=8, memory_bytes=512 * 2**20)
    assert outcome.error is not None
    assert time.monotonic() - start < 15


# --- the process that parses ------------------------------------------------------------------------------------------


def test_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(1024**3)
    start = time.monotonic()
    (outcome,) = parse_files([path])
    assert (
        str(outcome.error)
        == f"large.pdf: {1024**3} bytes; a disclosure has at most {document.LARGEST_DOCUMENT} (64 MiB)"
    )
    assert time.monotonic() - start < 2


def test_what_is_no_plain_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero")):
        (outcome,) = parse_files([path])
        assert "no file that can be read as a document" in str(outcome.error)


def test_parse_that_takes_too_long_is_stopped_at_the_deadline(tmp_path: Path) -> None:
    slow = ("第一部分 部门预算\n" + "\t项目\n\t金额\n\n" * 400_000).encode()
    start = time.monotonic()
    outcome = confined(tmp_path, slow, deadline_seconds=1)
    assert str(outcome.error) == "foreign.bin: took longer than 1 seconds to parse and was stopped"
    assert time.monotonic() - start < 5


def test_parse_that_computes_too_long_is_stopped(tmp_path: Path) -> None:
    slow = ("第一部分 部门预算\n" + "\t项目\n\t金额\n\n" * 400_000).encode()
    assert "took more than 1 seconds of computing" in str(confined(tmp_path, slow, cpu_seconds=1).error)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_parse_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    large = ("第一部分 部门预算\n" + "\t项目\n\t金额\n\n" * 2_000_000).encode()
    error = str(confined(tmp_path, large, memory_bytes=160 * 2**20).error)
    assert error == "foreign.bin: needs more than 160 MiB of memory; it is not read"


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_process_that_parses_has_no_network_no_children_and_writes_no_file(tmp_path: Path) -> None:
    program = """
import os, socket, subprocess, sys
from app.parse.limits import Limits, confine
isolated = confine(Limits(), runs_program=False)
def tried(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"
print(isolated, tried(lambda: socket.create_connection(("192.0.2.1", 80), 1)), tried(lambda: subprocess.run(["true"])),
      tried(lambda: open(sys.argv[1], "w")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")], capture_output=True, text=True, check=True
    )
    isolated, *outcomes = done.stdout.split()
    assert outcomes == ["PermissionError"] * 3
    assert isolated in {"True", "False"}
    assert not (tmp_path / "out").exists()


def test_files_are_answered_in_their_order_and_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.docx", "b.bin", "c.xlsx")]
    for path, data in zip(paths, (docx(), b"\x89PNG\r\n", xlsx()), strict=True):
        path.write_bytes(data)
    told: list[Path] = []
    outcomes = parse_files(paths, on_done=told.append, at_once=3)
    assert [outcome.path for outcome in outcomes] == paths
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert sorted(told) == paths


@pytest.mark.parametrize("file_format", ["docx", "xlsx", "xls", "html"])
def test_confined_parse_gives_what_a_parse_gives(tmp_path: Path, file_format: str) -> None:
    data = written.WRITERS[file_format](written.blocks_of(BUDGET))
    outcome = confined(tmp_path, data)
    assert outcome.error is None
    assert outcome.parsed == parse_document(data, source_file="foreign.bin")


def test_workbook_with_a_cell_longer_than_any_is_refused() -> None:
    sheet = (
        f'<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>{"长" * 40_000}</v></c></row></sheetData></worksheet>'
    )
    data = written.with_parts(xlsx(), {"xl/worksheets/sheet1.xml": sheet.encode()})
    assert "a workbook holds 32767" in refusal(data)


def test_interruption_ends_every_process(tmp_path: Path) -> None:
    slow = ("第一部分 部门预算\n" + "\t项目\n\t金额\n\n" * 400_000).encode()
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for path in paths:
        path.write_bytes(slow)
    # A shell that runs the tests in the background has them ignore interruptions, and what they start as well.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command = subprocess.Popen([_GONGKAI, "seed", "build", "--out", str(tmp_path / "seed"), *map(str, paths)])
    finally:
        signal.signal(signal.SIGINT, heard)
    timer = threading.Timer(1.5, command.send_signal, [signal.SIGINT])
    timer.start()
    start = time.monotonic()
    assert command.wait(timeout=10) != 0
    timer.join()
    assert time.monotonic() - start < 5
    assert not (tmp_path / "seed").exists()
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in running.splitlines() if "app.parse.worker 0.txt" in line and "gongkai" not in line]


def test_memory_of_the_caller_does_not_grow_with_what_a_child_eats(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    confined(tmp_path, written.with_parts(docx(), {"word/document.xml": bomb(60 * 1024 * 1024)}))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
