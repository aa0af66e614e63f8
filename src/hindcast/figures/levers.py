"""Figures of the levers: what each gained, and how far the model is from what was aimed at."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREEN, GREY, HORIZON_COLOURS, ORANGE, RED, SKY
from hindcast.model.levers import aims, judge

VERDICTS = {
    judge.HELPS: (GREEN, "o"),
    judge.NOISE: (GREY, "o"),
    judge.HURTS: (RED, "o"),
    judge.SAME: (SKY, "o"),
}
METRICS = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "f1": "best F1",
    "f1_weighted": "weighted F1",
    "brier": "Brier score",
    "brier_skill": "Brier skill",
    "ece": "calibration error",
    "log_loss": "log loss",
}
ROW_INCHES = 0.27


def what_helped(long: pl.DataFrame, metric: str, panels: list[Axes] | None = None) -> Axes:
    """Draw each lever's gain with its paired 95% interval, one panel a horizon.

    Filled: on validation, which decides the verdict and so the colour; hollow: the same on the
    test, which decides nothing.

    Parameters
    ----------
    long
        As `hindcast.model.levers.tables.long` gives it.
    metric
        Whose gain to draw.
    panels
        One Axes a horizon; a new figure when not given.
    """
    rows = long.filter(pl.col("metric") == metric, pl.col("lo").is_not_null())
    rows = rows.filter(pl.col("against").is_not_null())
    levers = rows["lever"].unique(maintain_order=True).to_list()
    horizons = rows["horizon"].unique(maintain_order=True).to_list()
    panels = panels or figures.grid(
        1, len(horizons), width=2.3 + 2.1 * len(horizons), height=1.5 + ROW_INCHES * len(levers),
        sharey=True,
    )  # fmt: skip
    for panel, horizon in zip(panels, horizons, strict=True):
        _panel(panel, rows.filter(pl.col("horizon") == horizon), levers)
        figures.title(panel, horizon)
        panel.set_xlabel(f"gain in {METRICS[metric]}")
    _lever_names(panels[0], rows, levers)
    _key(panels[0])
    return figures.sign(panels[0])


def _panel(ax: Axes, rows: pl.DataFrame, levers: list[str]) -> None:
    ax.axvline(0, color=GREY, linewidth=1)
    for row in rows.iter_rows(named=True):
        colour, marker = VERDICTS[row["verdict"]]
        is_test = row["part"] == "test"
        y = len(levers) - 1 - levers.index(row["lever"]) + (-0.17 if is_test else 0.17)
        fill = {"markerfacecolor": "white", "alpha": 0.75} if is_test else {}
        ax.plot([row["lo"], row["hi"]], [y, y], color=colour, linewidth=1.4)
        ax.plot(row["gain"], y, color=colour, marker=marker, markersize=4.5, **fill)
    ax.grid(visible=False, axis="y")
    ax.ticklabel_format(axis="x", style="plain")
    ax.locator_params(axis="x", nbins=4)


def _lever_names(ax: Axes, rows: pl.DataFrame, levers: list[str]) -> None:
    against = dict(rows.select("lever", "against").iter_rows())
    names = [f"{lever} vs {against[lever]}".replace("_", " ") for lever in levers]
    ax.set(yticks=np.arange(len(levers))[::-1], yticklabels=names, ylim=(-0.7, len(levers) - 0.3))


def _key(ax: Axes) -> None:
    for name, (colour, marker) in VERDICTS.items():
        ax.plot([], [], color=colour, marker=marker, linestyle="none", label=f"{name} (validation)")
    hollow = {"color": GREY, "markerfacecolor": "white", "linestyle": "none"}
    ax.plot([], [], marker="o", label="the same on the test", **hollow)
    ax.get_figure(root=True).legend(loc="outside upper left", ncols=5, frameon=False)


def how_far(compared: pl.DataFrame, panels: list[Axes] | None = None) -> Axes:
    """Draw what is reached on the test, with its interval, beside what was aimed at.

    A stroke is where the first study's features and recipe stand.

    Parameters
    ----------
    compared
        As `hindcast.model.levers.aims.compare` gives it.
    panels
        One Axes a horizon; a new figure when not given.
    """
    horizons = compared["horizon"].unique(maintain_order=True).to_list()
    named = compared["metric"].unique(maintain_order=True).to_list()
    panels = panels or figures.grid(
        1, len(horizons), width=2.0 + 2.1 * len(horizons), height=1.6 + 0.36 * len(named),
        sharey=True,
    )  # fmt: skip
    for panel, horizon in zip(panels, horizons, strict=True):
        rows = compared.filter(pl.col("horizon") == horizon)
        _gaps(panel, rows, named)
        figures.title(panel, horizon)
        panel.set_xlabel("beyond the aim")
    panels[0].set(yticks=np.arange(len(named))[::-1], yticklabels=[METRICS[n] for n in named])
    for name, colour in _AIMED.items():
        panels[0].plot([], [], color=colour, marker="o", linestyle="none", label=name)
    style = {"color": BLACK, "marker": "|", "markersize": 9, "linestyle": "none"}
    panels[0].plot([], [], label="first features and recipe", **style)
    panels[0].get_figure(root=True).legend(loc="outside upper left", ncols=4, frameon=False)
    return figures.sign(panels[0])


_AIMED = {aims.REACHED: BLUE, aims.OPEN: ORANGE, aims.MISSED: RED}


def _gaps(ax: Axes, rows: pl.DataFrame, named: list[str]) -> None:
    ax.axvline(0, color=GREY, linewidth=1)
    for row in rows.iter_rows(named=True):
        sign = -1 if row["sense"] == aims.AT_MOST else 1
        ends = sorted(sign * (row[end] - row["aim"]) for end in ("lo", "hi"))
        y = len(named) - 1 - named.index(row["metric"])
        colour = _AIMED[row["verdict"]]
        ax.plot(ends, [y, y], color=colour, linewidth=1.6)
        ax.plot(row["gap"], y, color=colour, marker="o", markersize=5)
        if row["base"] is not None:
            ax.plot(sign * (row["base"] - row["aim"]), y, color=BLACK, marker="|", markersize=9)
    ax.grid(visible=False, axis="y")
    ax.locator_params(axis="x", nbins=4)
    ax.set_ylim(-0.6, len(named) - 0.4)


def searched(by_year: pl.DataFrame, panels: list[Axes] | None = None) -> Axes:
    """Draw what the searched parameters gain in each judged year, and the mean.

    Parameters
    ----------
    by_year
        As `hindcast.model.levers.tables.by_year` gives it.
    panels
        Two Axes, log loss and ROC AUC; a new figure when not given.
    """
    panels = panels or figures.grid(1, 2, width=8.0, height=3.0, sharey=True)
    told = {"log_loss": "log loss saved (nats)", "roc_auc": "ROC AUC won"}
    horizons = by_year["horizon"].unique(maintain_order=True).to_list()
    for panel, (metric, name) in zip(panels, told.items(), strict=True):
        panel.axvline(0, color=GREY, linewidth=1)
        for at, horizon in enumerate(reversed(horizons)):
            gains = by_year.filter(metric=metric, horizon=horizon)["gain"]
            colour = HORIZON_COLOURS[horizon]
            panel.plot(gains, [at] * len(gains), "o", color=colour, markersize=4.5, alpha=0.8)
            panel.plot([gains.mean()] * 2, [at - 0.25, at + 0.25], color=colour, linewidth=2.5)
        panel.set_xlabel(name)
        panel.locator_params(axis="x", nbins=5)
        panel.grid(visible=False, axis="y")
    panels[0].set(yticks=range(len(horizons)), yticklabels=horizons[::-1])
    panels[0].set_ylim(-0.6, len(horizons) - 0.4)
    return figures.sign(panels[0])
