"""What the server may be told, through environment variables that begin with ``HINDCAST_``."""

import ipaddress
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hindcast import paths
from hindcast.monitor.alerts import check_url

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]


def _listed(given: object) -> object:
    """Return the items of a comma-separated text."""
    if not isinstance(given, str):
        return given
    return tuple(item.strip() for item in given.split(",") if item.strip())


def _origin(given: str) -> str:
    """Return an origin as browsers send it: scheme, host and port, no path."""
    found = urlsplit(given)
    if given != "*" and given != f"{found.scheme}://{found.netloc}":
        raise ValueError("expected origins as https://example.org, or *")
    return given


def _network(given: str) -> str:
    """Return an address or a network of proxies."""
    try:
        ipaddress.ip_network(given)
    except ValueError as error:
        raise ValueError("expected addresses or networks as 10.0.0.0/8, or none") from error
    return given


def _database(given: str) -> str:
    if urlsplit(given).scheme not in ("postgresql", "postgres"):
        raise ValueError("expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return given


def _redis(given: str) -> str:
    if urlsplit(given).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("expected redis://HOST:PORT/NUMBER, or rediss:// over TLS")
    return given


Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_listed)
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_listed)
]


class Settings(BaseSettings):
    """The server's settings; the attribute ``port`` is the variable ``HINDCAST_PORT``.

    Examples
    --------
    >>> Settings(cors_origins="https://a.example, https://b.example").cors_origins
    ('https://a.example', 'https://b.example')
    """

    model_config = SettingsConfigDict(env_prefix="HINDCAST_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    workers: Count = Field(1, description="Processes that answer")
    root_path: str = Field(
        "", pattern=r"^(/[\w.-]+)*$", description="Path under which a proxy offers the server"
    )
    trusted_proxies: Networks = Field(
        (),
        description="Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed, comma separated; nobody's where empty",
    )
    models: Path | None = Field(
        None, description="Folder of trained bundles; the project's models/ where not given"
    )
    warehouse: Path | None = Field(
        None, description="DuckDB file of records; the project's where not given"
    )
    store: Path | None = Field(
        None, description="SQLite file of keys and the prediction log; data/serve/store.sqlite "
        "where not given"
    )  # fmt: skip
    database_url: Annotated[str, AfterValidator(_database)] | None = Field(
        None, description="PostgreSQL for keys and the prediction log, in place of SQLite"
    )
    redis_url: Annotated[str, AfterValidator(_redis)] | None = Field(
        None, description="Redis for limits and cache that workers and machines share"
    )
    public_read: bool = Field(
        False, description="Whether records, statistics and models are open without a key"
    )
    public_metrics: bool = Field(
        False, description="Whether /metrics is open without a key of scope admin"
    )
    cors_origins: Origins = Field(
        (), description="Origins whose pages may call the server, comma separated; * for all"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged; debug adds the messages of exceptions, "
        "which may quote requests"
    )  # fmt: skip
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="Log lines as JSON or text; auto is text at a terminal, else JSON"
    )
    log_inputs: Literal["kept", "hashed", "none"] = Field(
        "hashed", description="How the prediction log holds the inputs of a request"
    )
    log_required: bool = Field(
        True, description="Refuse to answer (503) while the prediction log cannot be written"
    )
    retention_days: Count | None = Field(
        None,
        description="Days that predictions stay in the log when `hindcast log archive` or `prune` "
        "runs; each of these asks for a day where it is not given",
    )
    key_cache_seconds: Seconds = Field(
        5, description="How long a key is believed unchecked; a revoked key works that long at most"
    )
    free_per_minute: Count = Field(100, description="Requests a minute of a key of tier free")
    free_per_second: Count = Field(20, description="Its burst: requests within one second")
    premium_per_minute: Count = Field(1000, description="Requests a minute of tier premium")
    premium_per_second: Count = Field(200, description="Its burst: requests within one second")
    anonymous_per_minute: Count = Field(
        60, description="Requests a minute of an address without a key, with public reading"
    )
    anonymous_per_second: Count = Field(10, description="Its burst: requests within one second")
    wrong_keys_per_minute: Count = Field(
        60, description="Wrong keys a minute that one address is told of with 401, by each worker; "
        "more get 429"
    )  # fmt: skip
    wrong_keys_per_second: Count = Field(20, description="Its burst: wrong keys within one second")
    max_body_bytes: Count = Field(2_000_000, description="Longest body of a request")
    max_header_bytes: Annotated[int, Field(ge=1024)] = Field(
        16_384, description="Longest head of a request: its line and headers"
    )
    max_batch_rows: Count = Field(1000, description="Most accidents of one batch")
    max_concurrency: Count = Field(
        256, description="Requests that one worker answers at a time; more get 503"
    )
    timeout_seconds: Seconds = Field(
        10, description="Time to read a request and answer it; later ones get 408 or 504"
    )
    keep_alive_seconds: Count = Field(15, description="How long an idle connection is kept open")
    shelf: Path | None = Field(
        None, description="Folder of versions, see `hindcast shelve`; shelf/ in that of the models "
        "where not given"
    )  # fmt: skip
    reload_seconds: Seconds = Field(1, description="How often the shelf is looked at for changes")
    judge_seconds: Seconds = Field(
        60, description="How often outcomes of watched versions are looked at"
    )
    shadow_queue: Count = Field(
        1000, description="Requests that may wait for a shadow; more are not scored by it"
    )
    champion_watch_seconds: Seconds = Field(
        86_400, description="How long a new champion is watched, and set back if it is bad"
    )
    canary_error_rate: Share = Field(
        0.01, description="Share of requests that a watched version may fail"
    )
    canary_slow_seconds: Seconds = Field(
        0.25, description="What counts as slow for one prediction, or one batch"
    )
    canary_slow_share: Share = Field(
        0.05, description="Share of requests in which a watched version may be slow"
    )
    canary_shift: Share = Field(
        0.05, description="How far a challenger's mean P(fatal) may be from the champion's, of the "
        "same requests"
    )  # fmt: skip
    canary_calibration: Share = Field(
        0.1, description="How far the share of deaths may be from a watched version's mean "
        "P(fatal), once outcomes are in"
    )  # fmt: skip
    canary_false_alarm: Share = Field(
        1e-6, description="Chance, for each look, that a version which keeps its bounds is taken "
        "out"
    )  # fmt: skip
    records: Path | None = Field(
        None, description="Folder for what is made of the warehouse to answer from; that of the "
        "store where not given"
    )  # fmt: skip
    warehouse_check_seconds: Seconds = Field(
        5, description="How often the warehouse's file is looked at for a change"
    )
    query_threads: Count = Field(2, description="Queries of records that run at a time")
    query_seconds: Seconds = Field(5, description="Time after which a query is stopped with 503")
    query_memory_mb: Annotated[int, Field(ge=32)] = Field(
        96, description="Memory that queries of records may take in one worker"
    )
    cache_seconds: Annotated[int, Field(ge=0)] = Field(
        300, description="How long clients may keep records and statistics (Cache-Control)"
    )
    cache_entries: Count = Field(512, description="Statistics that one worker keeps computed")
    webhook_url: Annotated[str, AfterValidator(check_url)] | None = Field(
        None, description="Where conditions are told as JSON when they begin and end (http or "
        "https, without user and password)"
    )  # fmt: skip
    monitor: Path | None = Field(
        None, description="What `hindcast monitor` found last, which /metrics shows; monitor.json "
        "beside the store where not given"
    )  # fmt: skip
    monitor_reference: Path | None = Field(
        None, description="What training looked like, for `hindcast monitor`; "
        "data/processed/monitor_reference.json where not given"
    )  # fmt: skip

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

    @cached_property
    def records_folder(self) -> Path:
        """Return the folder of the editions that records are answered from."""
        return self.records or self.store_file.parent

    @cached_property
    def monitor_file(self) -> Path:
        """Return the file of what the monitor found last."""
        return self.monitor or self.store_file.parent / "monitor.json"

    @cached_property
    def reference_file(self) -> Path:
        """Return the file of what training looked like."""
        return self.monitor_reference or paths.processed("monitor_reference.json")

    @cached_property
    def alerts_file(self) -> Path:
        """Return the SQLite file of the conditions that the webhook was told of."""
        return self.store_file.parent / "alerts.sqlite"

    @cached_property
    def shelf_folder(self) -> Path:
        """Return the folder of versions and of what they are called."""
        return self.shelf or self.models_folder / "shelf"
