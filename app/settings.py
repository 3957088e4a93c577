"""The settings: one frozen object, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from app.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent


def _default_data() -> Path:
    """The user's data directory; for root a system directory.

    Postgres does not run as root, and the account that it runs as instead may not enter root's home.
    """
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/gongkai")
    return Path(platformdirs.user_data_dir("gongkai"))


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; `docs/settings.md` describes each, and a test compares the two."""

    data: Path = field(default_factory=_default_data)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    database_url: str | None = None  # None: the embedded server under `data`
    database_read_url: str | None = None  # None: the database above, as the read-only role
    postgres_version: int = 18  # of the embedded server: 16 or 18
    statement_timeout_ms: int = 10_000
    pool_size: int = 8
    pool_wait_ms: int = 30_000  # how long a request waits for one of those connections
    list_cost: int = 250_000  # what a list or facets may cost, in the planner's units (app/query/cost.py)
    sum_cost: int = 500_000  # what sums may cost that are not added up already
    exports: int = 4  # files that each server process writes at once, each with a connection beside the pool
    cache_mb: int = 64  # finished answers that each server process keeps; 0: none
    seed: Path = PROJECT / "seed_data"
    releases_at: Path | None = None  # where the files of each release are; None: under `data`
    public_url: str | None = None  # where readers reach the service; None: as the request names it
    publisher: str = "Gongkai"  # who runs the service, as catalogues, files and citations name it
    contact: str | None = None  # where to reach the publisher: mailto:… or https://…

    @property
    def embedded(self) -> bool:
        """Whether the database is the server of our own under `data`."""
        return self.database_url is None and self.database_read_url is None

    @property
    def only_reads(self) -> bool:
        """Whether this machine serves what others migrate and load."""
        return self.database_url is None and self.database_read_url is not None

    @property
    def releases(self) -> Path:
        """The directory of the files of all releases (app/bulk/manifest.py)."""
        return self.releases_at or self.data / "releases"


# Environment variable, field, and how its text becomes the value.
VARIABLES: dict[str, tuple[str, type]] = {
    "GONGKAI_DATA": ("data", Path),
    "GONGKAI_HOST": ("host", str),
    "GONGKAI_PORT": ("port", int),
    "GONGKAI_WORKERS": ("workers", int),
    "DATABASE_URL": ("database_url", str),
    "DATABASE_READ_URL": ("database_read_url", str),
    "GONGKAI_POSTGRES_VERSION": ("postgres_version", int),
    "GONGKAI_STATEMENT_TIMEOUT_MS": ("statement_timeout_ms", int),
    "GONGKAI_POOL_SIZE": ("pool_size", int),
    "GONGKAI_POOL_WAIT_MS": ("pool_wait_ms", int),
    "GONGKAI_LIST_COST": ("list_cost", int),
    "GONGKAI_SUM_COST": ("sum_cost", int),
    "GONGKAI_EXPORTS": ("exports", int),
    "GONGKAI_CACHE_MB": ("cache_mb", int),
    "GONGKAI_SEED": ("seed", Path),
    "GONGKAI_RELEASES": ("releases_at", Path),
    "GONGKAI_PUBLIC_URL": ("public_url", str),
    "GONGKAI_PUBLISHER": ("publisher", str),
    "GONGKAI_CONTACT": ("contact", str),
}

_RANGES = {
    "port": (0, 65535),
    "workers": (1, 64),
    "statement_timeout_ms": (100, 600_000),
    "pool_size": (1, 200),
    "pool_wait_ms": (100, 600_000),
    "list_cost": (1_000, 1_000_000_000),
    "sum_cost": (1_000, 1_000_000_000),
    "exports": (1, 100),
    "cache_mb": (0, 4096),
}


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives; SettingsError names the variable, its value and what is allowed."""
    given: dict[str, object] = {}
    for variable, (name, kind) in VARIABLES.items():
        text = environment.get(variable, "").strip()
        if not text:
            continue
        try:
            given[name] = kind(text).expanduser().resolve() if kind is Path else kind(text)
        except ValueError:
            raise SettingsError(f"{variable}={text!r} is not a whole number") from None
        if name in _RANGES:
            low, high = _RANGES[name]
            if not low <= int(text) <= high:
                raise SettingsError(f"{variable}={text} is outside {low}–{high}")
        if name == "postgres_version" and text not in ("16", "18"):
            raise SettingsError(f"{variable}={text} is not carried by the embedded server: 16 or 18")
        if name.startswith("database") and not text.startswith(("postgresql://", "postgres://")):
            raise SettingsError(f"{variable} must begin with postgresql:// or postgres://")
        if name == "contact" and not text.startswith(("mailto:", "https://", "http://")):
            raise SettingsError(f"{variable}={text!r} must begin with mailto:, https:// or http://")
    return Settings(**given)  # type: ignore[arg-type]  # the table above pairs each field with its type
