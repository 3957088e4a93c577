"""The command `gongkai`. A command is a few lines; what it needs is imported when it runs, so that each starts fast."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, Protocol, Unpack

import typer

from app import settings
from app.errors import GongkaiError

if TYPE_CHECKING:
    import asyncpg

    from app.parse.confined import ParsedFile
    from app.parse.identity import Said
    from app.progress import Progress
    from app.records import ParsedDisclosure
    from app.settings import Settings

application = typer.Typer(
    name="gongkai",
    help="Chinese departmental budget and final-account disclosures as a read-only API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
seed_commands = typer.Typer(help="The committed data set.", no_args_is_help=True, rich_markup_mode=None)
application.add_typer(seed_commands, name="seed")
database_commands = typer.Typer(help="The database on several machines.", no_args_is_help=True, rich_markup_mode=None)
application.add_typer(database_commands, name="db")

_Existing = typer.Argument(exists=True, dir_okay=False, readable=True)
FilesArgument = Annotated[list[Path], _Existing]
CheckOption = Annotated[bool, typer.Option("--check", help="Compare with the committed file.")]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", metavar="CODE", help="GB/T 2260 code of the division, if the document is silent."),
]
DepartmentOption = Annotated[
    str | None, typer.Option("--department", metavar="NAME", help="The department, if the document does not name it.")
]
YearOption = Annotated[
    int | None, typer.Option("--year", min=1990, max=2099, help="The fiscal year, if the document does not print it.")
]
KindOption = Annotated[
    Literal["budget", "final"] | None,
    typer.Option("--kind", help="Budget or final account, if the document is silent."),
]


@application.command()
def serve() -> None:
    """Start Postgres, migrate, load the seed files, and serve."""
    from app.serve import serve as run  # noqa: PLC0415

    run(settings.from_environment())


@application.command()
def migrate(
    *,
    check: Annotated[bool, typer.Option("--check", help="Compare migrations and models on an empty database.")] = False,
) -> None:
    """Bring the database to the newest schema, and its roles to what they should be."""
    from app import database, embedded, migrations  # noqa: PLC0415

    if check:
        migrations.check()
        typer.echo("migrations and models agree")
        return
    current = settings.from_environment()
    with embedded.running(current):
        typer.echo(f"the schema is at {asyncio.run(database.migrate(current))}")


@application.command()
def load() -> None:
    """Load the seed files (GONGKAI_SEED) as the next release."""
    from app.load import load_seed  # noqa: PLC0415

    current = settings.from_environment()
    _load(current, lambda connection, progress: load_seed(connection, current.seed, progress=progress))


@application.command()
def ingest(
    files: FilesArgument,
    region: RegionOption = None,
    department: DepartmentOption = None,
    year: YearOption = None,
    kind: KindOption = None,
) -> None:
    """Parse documents and load them as the next release; one that cannot be read means that nothing is loaded."""
    from app.load import load as load_records  # noqa: PLC0415

    said: Said = {"region_code": region, "department_name": department, "fiscal_year": year, "kind": kind}
    parsed = _records(_parse(files, **said))
    note = "ingest " + ", ".join(sorted(one.disclosure.source_file for one in parsed))
    _load(
        settings.from_environment(),
        lambda connection, progress: load_records(connection, parsed, origin="ingest", note=note, progress=progress),
    )


@application.command()
def withdraw(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of disclosures, as /v1/disclosures.")],
    note: Annotated[
        str | None, typer.Option(help="What the release says of itself, publicly; the ids otherwise.")
    ] = None,
) -> None:
    """Take disclosures back: the next release is without them, and no seed brings them again."""
    from app.withdraw import withdraw as take_back  # noqa: PLC0415

    _load(
        settings.from_environment(),
        lambda connection, progress: take_back(connection, identifiers, note=note, progress=progress),
    )


@application.command()
def restore(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of withdrawn disclosures.")],
) -> None:
    """Let the seed bring withdrawn disclosures again; they come with the next `gongkai load`."""
    from app import database, embedded  # noqa: PLC0415
    from app.withdraw import restore as let_in  # noqa: PLC0415

    current = settings.from_environment()

    async def run() -> tuple[str, ...]:
        await database.migrate(current)
        async with database.connect_owner(current, name="gongkai-load") as connection:
            return await let_in(connection, identifiers)

    with embedded.running(current):
        restored = asyncio.run(run())
    typer.echo(
        f"no longer kept out: {', '.join(restored)}; run `gongkai load`, or `gongkai ingest FILE…` of the document"
    )


@application.command()
def prune(
    *,
    keep: Annotated[int | None, typer.Option(min=1, help="Keep so many releases, the newest.")] = None,
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Keep releases made on this day (UTC) or later.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed; nothing is.")] = False,
) -> None:
    """Remove old releases with everything that only they have; the newest is always kept."""
    from app import database, embedded  # noqa: PLC0415
    from app import prune as pruning  # noqa: PLC0415
    from app.bulk.prune_files import prune_files  # noqa: PLC0415
    from app.progress import stopwatch  # noqa: PLC0415

    if (keep is None) == (before is None):
        _fail("say which releases are kept: `gongkai prune --keep 5` or `gongkai prune --before 2025-03-01`")
    which = pruning.Which(keep=keep, before=before and before.replace(tzinfo=UTC))
    current, progress = settings.from_environment(), stopwatch()

    async def run() -> None:
        await database.migrate(current)
        async with database.connect_owner(current, name="gongkai-load") as connection:
            if dry_run:
                progress((await pruning.plan(connection, which)).sentence())
                return
            # An answer is made of a few statements, each of which may take as long.
            grace = 2 * current.statement_timeout_ms / 1000
            done = await pruning.prune(connection, which, grace=grace, progress=progress)
        progress(done.sentence())
        if files := await prune_files(current, wait=True):
            progress(f"removed the files of pruned releases: {', '.join(map(str, files))}")

    with embedded.running(current, progress=progress):
        asyncio.run(run())


@application.command()
def export(
    *,
    release: Annotated[int | None, typer.Option(help="Which release; the newest otherwise.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every release that is kept.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build files anew that are there already.")] = False,
) -> None:
    """Build the files of a release (Parquet, CSV, SQLite, data package) under GONGKAI_RELEASES."""
    from app import database, embedded  # noqa: PLC0415
    from app.bulk import commands  # noqa: PLC0415
    from app.bulk.kept import releases  # noqa: PLC0415
    from app.bulk.show import shown  # noqa: PLC0415
    from app.progress import stopwatch  # noqa: PLC0415

    if every and release is not None:
        _fail("--all and --release exclude each other: give one of them")
    current, progress = settings.from_environment(), stopwatch()

    async def run() -> None:
        if current.embedded:
            await database.migrate(current)
        numbers: list[int] | list[int | None] = await releases(current) if every else [release]
        with shown() as report:
            await commands.export(current, numbers, force=force, report=report, progress=progress)

    with embedded.running(current, progress=progress):
        asyncio.run(run())


@application.command()
def parse(
    files: FilesArgument,
    region: RegionOption = None,
    department: DepartmentOption = None,
    year: YearOption = None,
    kind: KindOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the records instead of the report.")] = False,
    as_table: Annotated[bool, typer.Option("--report", help="Print one line of counts for each document.")] = False,
) -> None:
    """Show what is read from documents, statement by statement; nothing is written."""
    from app.checks.report import counts_line  # noqa: PLC0415
    from app.coverage import coverage_of, coverage_table  # noqa: PLC0415
    from app.parse.report import text_report  # noqa: PLC0415

    said: Said = {"region_code": region, "department_name": department, "fiscal_year": year, "kind": kind}
    documents = _records(_parse(files, keep_going=as_table, **said))
    if as_table:
        typer.echo(coverage_table([coverage_of(parsed) for parsed in documents]), nl=False)
        return
    for parsed in documents:
        if as_json:
            typer.echo(parsed.model_dump_json(indent=1))
        else:
            typer.echo(text_report(parsed) + "\n" + counts_line(parsed))


@application.command()
def check(
    files: FilesArgument,
    region: RegionOption = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Print what agrees, too.")] = False,
) -> None:
    """Check the figures of documents against each other; what does not agree is quoted. Nothing is written."""
    from app.checks.report import check_report  # noqa: PLC0415

    for parsed in _records(_parse(files, region_code=region)):
        typer.echo(check_report(parsed, every=every))


@seed_commands.command("build")
def seed_build(
    files: FilesArgument,
    out: Annotated[Path | None, typer.Option(help="Where to write; GONGKAI_SEED or seed_data/ otherwise.")] = None,
    region: RegionOption = None,
) -> None:
    """Parse documents and write them as the data set, in the place of the one before."""
    from app.seed import write_seed  # noqa: PLC0415

    parsed = _records(_parse(files, region_code=region))
    directory = out or settings.from_environment().seed
    write_seed(directory, parsed)
    typer.echo(f"wrote {len(parsed)} disclosures to {directory}")


@seed_commands.command("check")
def seed_check(files: FilesArgument, region: RegionOption = None) -> None:
    """Parse documents and compare them with the data set; differences are listed and end with exit code 1."""
    from app.seed import check_seed  # noqa: PLC0415

    directory = settings.from_environment().seed
    differences = check_seed(directory, _records(_parse(files, region_code=region)))
    for line in differences:
        typer.echo(line)
    if differences:
        _fail(f"{directory} is not what the documents say: write it again with `gongkai seed build FILES…`")
    typer.echo(f"{directory} is what the documents say")


@database_commands.callback()
def _database() -> None:
    """Keep `db` a group although it has a single command so far."""


@database_commands.command("distribute")
def database_distribute(
    *,
    shards: Annotated[int, typer.Option(min=1, max=4096, help="Into how many parts departments are divided.")] = 32,
) -> None:
    """Lay the tables out over several machines with Citus (docs/scale.md); what is done already stays as it is."""
    from app.distribute import distribute  # noqa: PLC0415
    from app.progress import stopwatch  # noqa: PLC0415

    progress = stopwatch()
    done = asyncio.run(distribute(settings.from_environment(), shards=shards, progress=progress))
    progress(done.sentence())


@application.command()
def openapi(*, check: CheckOption = False) -> None:
    """Write openapi/openapi.json from the code."""
    from app.api.openapi import openapi_document  # noqa: PLC0415

    text = json.dumps(openapi_document(), ensure_ascii=False, indent=1) + "\n"
    _write_generated(settings.PROJECT / "openapi" / "openapi.json", text, command="openapi", check=check)


@application.command()
def dictionary(*, check: CheckOption = False) -> None:
    """Write docs/dictionary.md from the code."""
    from app.query.dictionary_page import dictionary_page  # noqa: PLC0415

    _write_generated(settings.PROJECT / "docs" / "dictionary.md", dictionary_page(), command="dictionary", check=check)


@application.command()
def rules(*, check: CheckOption = False) -> None:
    """Write docs/rules.md, the catalogue of checks, and the list of their names from the code."""
    from app.checks.catalogue import catalogue_page, rule_names  # noqa: PLC0415

    _write_generated(settings.PROJECT / "docs" / "rules.md", catalogue_page(), command="rules", check=check)
    names = settings.PROJECT / "app" / "codelists" / "check_rules.csv"
    _write_generated(names, rule_names(), command="rules", check=check)


@application.command()
def coverage(files: FilesArgument, region: RegionOption = None, *, check: CheckOption = False) -> None:
    """Write docs/coverage.md from what is read of documents."""
    from app import coverage_page as page  # noqa: PLC0415

    path = settings.PROJECT / "docs" / "coverage.md"
    outcomes = _parse(files, region_code=region, keep_going=True)
    if not check:
        path.write_text(page.coverage_page(outcomes), encoding="utf-8")
        typer.echo(f"wrote {path}")
    elif not path.exists() or page.counts_of_page(path.read_text(encoding="utf-8")) != page.counts(outcomes):
        _fail(f"{path} does not have the counts of these documents: run `gongkai coverage FILES…` and commit the file")
    else:
        typer.echo(f"{path} has the counts of these documents")


@application.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed  # noqa: PLC0415

    typer.echo(installed("gongkai"))


def main() -> None:
    """Run the command; an error that a person can mend is one line on stderr and exit code 1."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup a hang-up is ignored, and that stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)
    try:
        application()
    except GongkaiError as error:
        _fail(str(error))


def _records(outcomes: list[ParsedFile]) -> list[ParsedDisclosure]:
    return [outcome.parsed for outcome in outcomes if outcome.parsed is not None]


def _parse(files: list[Path], *, keep_going: bool = False, **said: Unpack[Said]) -> list[ParsedFile]:
    """What became of every file, each parsed in a confined process.

    Each that cannot be read is named, then the command ends; with `keep_going` the others are given all the same.
    """
    from app.parse.confined import parse_files  # noqa: PLC0415
    from app.progress import bar  # noqa: PLC0415

    with bar("parsing", total=len(files)) as step:
        outcomes = parse_files(files, on_done=lambda path: step(path.name), **said)
    for outcome in outcomes:
        if outcome.error is not None:
            typer.echo(f"gongkai: {outcome.error}", err=True)
    if not all(outcome.isolated for outcome in outcomes):
        typer.echo("gongkai: this system does not let a process leave the network; parsed with it in reach", err=True)
    if not keep_going and any(outcome.error is not None for outcome in outcomes):
        raise typer.Exit(1)
    return outcomes


class _Made(Protocol):
    """What a load or a withdrawal did."""

    @property
    def release(self) -> int: ...

    def sentence(self) -> str: ...


def _load(
    current: Settings, action: Callable[[asyncpg.Connection, Progress], Coroutine[object, object, _Made]]
) -> None:
    """Make a release on a migrated database, with the embedded server if that is the one, and build its files."""
    from app import database, embedded  # noqa: PLC0415
    from app.bulk.commands import build_after_load  # noqa: PLC0415
    from app.bulk.show import shown  # noqa: PLC0415
    from app.progress import stopwatch  # noqa: PLC0415

    progress = stopwatch()

    async def run() -> None:
        await database.migrate(current)
        async with database.connect_owner(current, name="gongkai-load") as connection:
            result = await action(connection, progress)
        progress(result.sentence())
        with shown() as report:
            await build_after_load(current, result.release, report, progress)

    with embedded.running(current, progress=progress):
        asyncio.run(run())


def _write_generated(path: Path, text: str, *, command: str, check: bool) -> None:
    """Write a committed file that the code says, or end with exit code 1 where it says something else."""
    if not check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {path}")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        _fail(f"{path} is not what the code says: run `gongkai {command}` and commit the file")
    else:
        typer.echo(f"{path} is what the code says")


def _terminate(number: int, _frame: object) -> NoReturn:
    # Unwinding instead of dying at once is what stops the embedded server. 128 + n is the shell's own code for it.
    raise SystemExit(128 + number)


def _fail(message: str) -> NoReturn:
    typer.echo(f"gongkai: {message}", err=True)
    sys.exit(1)
