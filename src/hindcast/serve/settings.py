"""What the server may be told, through environment variables that begin with ``HINDCAST_``."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hindcast import paths

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """The server's settings; the attribute ``port`` is the variable ``HINDCAST_PORT``."""

    model_config = SettingsConfigDict(env_prefix="HINDCAST_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    workers: Count = 1
    models: Path | None = None
    warehouse: Path | None = None
    store: Path | None = None
    database_url: str | None = None
    redis_url: str | None = None
    public_read: bool = False
    cors_origins: Annotated[list[str], NoDecode] = []
    log_inputs: Literal["kept", "hashed", "none"] = "hashed"
    max_body_bytes: Count = 2_000_000
    max_batch_rows: Count = 1000
    timeout_seconds: Seconds = 10
    max_concurrency: Count = 256

    @cached_property
    def models_folder(self) -> Path:
        """Return the folder of trained bundles."""
        return self.models or paths.models()

    @cached_property
    def warehouse_file(self) -> Path:
        """Return the DuckDB file that records and statistics are read from."""
        return self.warehouse or paths.root() / "data" / "warehouse" / "hindcast.duckdb"

    @cached_property
    def store_file(self) -> Path:
        """Return the SQLite file of keys and predictions."""
        return self.store or paths.root() / "data" / "serve" / "store.sqlite"
