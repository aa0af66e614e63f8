"""The command line: ``hindcast --help``."""

import importlib.util
import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from hindcast import atomic
from hindcast.errors import HindcastError
from hindcast.serve.commands import keys, log
from hindcast.serve.shelf import commands as shelf

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(shelf.app, name="shelf")
app.add_typer(keys.app, name="keys")
app.add_typer(log.app, name="log")
_say = Console(stderr=True)


def run() -> None:
    """Run the command line; what a user can mend is shown as a message, not as a traceback."""
    try:
        app()
    except HindcastError as error:
        _say.print(f"error: {error}", style="bold red", markup=False, soft_wrap=True)
        sys.exit(1)


@app.callback()
def main(verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False) -> None:
    """NTSB accident records to an evaluated, explained severity model and a site."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=_say, show_path=False, show_time=False)],
    )


@app.command()
def stage(name: str) -> None:
    """Run one stage's notebook with its section of params.yaml."""
    from hindcast import stage as stages

    stages.run(name)


@app.command()
def locate() -> None:
    """Note which NTSB files lie in data/raw (or HINDCAST_RAW), for the stages to read."""
    from hindcast import paths, sources

    sources.locate(paths.raw(), paths.interim("source.json"))


@app.command()
def download() -> None:
    """Fetch NTSB's official archives into data/raw."""
    from hindcast import paths
    from hindcast.sources.download import download

    download(paths.root() / "data" / "raw")


@app.command()
def score(
    bundle: Path,
    raw: Path,
    out: Annotated[Path | None, typer.Option(help="Where metrics.json goes.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the records are as of; their newest change."),
    ] = None,
) -> None:
    """Evaluate a trained bundle, or models/fatal, on other records: metrics.json's shape."""
    from hindcast.model import score_report
    from hindcast.model.score import score

    judged = score(bundle, raw, as_of=as_of and as_of.date())
    _say.print(_table(score_report.table(judged)))
    for line in score_report.lines(judged):
        _say.print(line, markup=False, soft_wrap=True)
    if out:
        atomic.write_json(out, judged)
    else:
        print(json.dumps(judged, indent=2, allow_nan=False))  # noqa: T201


@app.command()
def tune(
    horizons: Annotated[list[str] | None, typer.Argument(help="All where none is given.")] = None,
) -> None:
    """Search booster parameters on the last run's records; keep them in data/reference."""
    from hindcast import params
    from hindcast.model import encode, registry
    from hindcast.model.tune import run

    store = registry.Store.of_project()
    registry.open_experiment(store)
    run.commit(horizons or encode.HORIZONS, params.load(), store)


@app.command()
def prior(flat: Path) -> None:
    """Count accidents of 1982-2007 in AviationData.csv into data/reference."""
    from hindcast import paths
    from hindcast.analysis.trends import older
    from hindcast.features import prior

    prior.write(flat, paths.reference() / prior.FILE)
    older.write(flat, paths.reference() / older.FILE)


@app.command()
def similar(
    text: Annotated[str, typer.Argument(help="A few plain words, or a whole text.")],
    k: Annotated[int, typer.Option("--k", "-k", min=1, help="How many accidents.")] = 10,
) -> None:
    """Show the accidents of the last run whose probable cause is likest to TEXT."""
    from hindcast.analysis.narratives import search

    found = search.similar(text, k)
    if found.empty:
        _say.print("no accident's probable cause has any of these words")
        return
    told = found.assign(ev_date=found["ev_date"].dt.date)
    Console().print(_table(told.astype("str").to_dict("records")))


@app.command()
def models() -> None:
    """List the registered models: versions, aliases, lineage."""
    from hindcast.model.registry import overview

    Console().print(_table(overview.table()))


@app.command()
def promote(
    names: Annotated[list[str] | None, typer.Argument(help="TARGET/HORIZON[/VERSION]")] = None,
) -> None:
    """Compare challengers with champions on the same test rows; a winner takes the alias.

    Ends with 0 where every challenger won, and with 1 otherwise.
    """
    from hindcast.model.registry import promotion

    outcomes = promotion.promote(names or ())
    Console().print(_table(promotion.table(outcomes)))
    for outcome in outcomes:
        _say.print(outcome.verdict, markup=False, highlight=False, soft_wrap=True)
        if outcome.moved:
            _follow("promoted", outcome.model, outcome.challenger)
    if not all(outcome.moved for outcome in outcomes):
        sys.exit(1)


@app.command()
def rollback(name: Annotated[str, typer.Argument(help="TARGET/HORIZON")]) -> None:
    """Make the champion before this one the champion again."""
    from hindcast.model import registry

    former, now = registry.rollback(name)
    _say.print(f"{name}: version {now} is the champion again, not {former}", highlight=False)
    _follow("rolled_back", name, now)


def _follow(what: str, model: str, number: str) -> None:
    """Let the server's shelf follow the registry, where there is one."""
    from hindcast.model.registry import on_shelf

    try:
        from hindcast.serve import environment
    except ModuleNotFoundError:  # the extra `serve` is not installed: nothing is served from here
        return
    if told := getattr(on_shelf, what)(environment.read().shelf_folder, model, number):
        _say.print(told, markup=False, highlight=False, soft_wrap=True)


def _registered(folder: Path, horizon: str) -> dict[str, Any] | None:
    """Return what the registry knows of the models in a folder, where MLflow is installed."""
    if importlib.util.find_spec("mlflow") is None:
        return None
    from hindcast.model.registry import on_shelf

    return on_shelf.told(folder, horizon)


@app.command()
def shelve(
    keep: Annotated[int, typer.Option(min=0, help="Versions without a name that stay.")] = 5,
) -> None:
    """Put what lies in models/ on the server's shelf: first as champion, later as challenger."""
    from hindcast import paths
    from hindcast.serve import environment
    from hindcast.serve.shelf import keeping

    settings = environment.read()
    folders = settings.models_folder, settings.shelf_folder, paths.root()
    kept = keeping.shelve(*folders, keep, _registered)
    for one in kept:
        _say.print(f"{one.horizon} {one.version}: {one.role}", highlight=False)
    if any(one.role == "challenger" for one in kept):
        _say.print(
            "challengers answer nothing yet: `hindcast promote` compares them, "
            "`hindcast shelf challenge HORIZON --mode shadow` tries one",
            soft_wrap=True,
        )


@app.command()
def serve() -> None:
    """Serve the trained models; settings are environment variables, HINDCAST_PORT and others."""
    from hindcast.serve import environment, run

    run.serve(environment.read())


@app.command()
def monitor(
    since: Annotated[str | None, typer.Option(help="First day of the predictions.")] = None,
    until: Annotated[str | None, typer.Option(help="The day after the last.")] = None,
    out: Annotated[Path | None, typer.Option("--json", help="Also write all of it here.")] = None,
) -> None:
    """Compare the prediction log with training: drift, and performance where outcomes are in.

    Ends with 0 where all is quiet, 1 where something crossed a bound, 2 where there is too little
    to judge, 3 where it could not run.
    """
    from hindcast.monitor import run, table
    from hindcast.serve import environment

    try:
        told = run.run(environment.read(), since, until)
    except HindcastError as error:
        _say.print(f"error: {error}", style="bold red", markup=False, soft_wrap=True)
        sys.exit(3)
    Console().print(_table(table.rows(told)))
    for line in table.lines(told):
        _say.print(line, markup=False, highlight=False, soft_wrap=True)
    if out:
        atomic.write_json(out, told)
    sys.exit(told["status"])


@app.command()
def query(
    statement: Annotated[str, typer.Argument(help="One SELECT; nothing: what can be asked.")] = "",
    file: Annotated[Path | None, typer.Option(help="A file with the SELECT.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the whole answer here.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 40,
) -> None:
    """Ask the last run's marts, accidents, features and predictions in DuckDB's SQL."""
    from hindcast.ask import commands

    shown = commands.answered(statement, file, csv)
    Console().print(_table(commands.text(shown.head(rows))))
    if len(shown) > rows:
        _say.print(f"{rows:,} of {len(shown):,} rows; --rows N shows more, --csv FILE keeps all")


@app.command()
def queries() -> None:
    """Answer the worked queries of queries/ for the site."""
    from hindcast import paths
    from hindcast.ask import worked

    worked.write(paths.root() / "queries", paths.processed("queries.json"))


@app.command()
def metrics() -> None:
    """Put what the stages found into reports/metrics.json."""
    from hindcast import paths, results

    results.write(paths.root())


@app.command()
def site(
    published: Annotated[bool, typer.Option("--published", help="Of the published run.")] = False,
) -> None:
    """Write the pages to reports/_site, from the last run or from reports/published."""
    from hindcast import site

    _say.print(f"site: {site.build_published() if published else site.build()}")


@app.command()
def headline() -> None:
    """Print the ladder of horizons and where the site is."""
    from hindcast import ladder, paths, site

    metrics = ladder.read(paths.reports("metrics.json"))
    index = paths.reports("_site", "index.html")
    if not index.is_file():
        index = site.build()
    Console().print(_table(ladder.short(metrics)), ladder.tested_on(metrics), f"\nSite: {index}")


def _table(rows: list[dict[str, str]]) -> Table:
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*row.values())
    return table


@app.command()
def publish() -> None:
    """Copy the last run's results, of real records only, to reports/published."""
    from hindcast import paths
    from hindcast.publish import publish

    _say.print(f"published to {publish(paths.root())}")


@app.command()
def verify() -> None:
    """Run the study twice from nothing and compare every output byte by byte."""
    from hindcast import paths
    from hindcast.verify import verify

    same = verify(paths.root())
    for path, identical in same.items():
        _say.print(f"{'same  ' if identical else 'DIFFERS'} {path}", highlight=False)
    if not all(same.values()):
        sys.exit(1)
