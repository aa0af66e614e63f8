import pandas as pd

from hindcast.figures import warehouse


def test_a_share_of_nothing_has_a_bar_of_nothing(monkeypatch):
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: a test")
    mart = pd.DataFrame(
        {
            "phase_group": ["taxi", "cruise"],
            "accidents": [40, 60],
            "severity_known": [40, 60],
            "fatal_share": [0.0, 0.4],
            "fatal_share_low": [1e-18, 0.3],
            "fatal_share_high": [0.1, 0.5],
        }
    )
    ax = warehouse.fatal_share_by(mart, "phase_group")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["taxi (40)", "cruise (60)"]
