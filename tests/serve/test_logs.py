"""Log lines: one JSON object a line, whoever writes, and nothing that a request said."""

import io
import json
import logging
import warnings

import pytest
import structlog

from hindcast.serve import logs
from hindcast.serve.settings import Settings


@pytest.fixture
def written():
    """Log as the server does into what this returns; put everything back afterwards."""
    root = logging.getLogger()
    kept = (
        root.handlers[:],
        root.level,
        {name: logging.getLogger(name).level for name in logs.QUIET},
    )

    def configured(**settings):
        stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
        logs.configure(Settings(**{"log_format": "json"} | settings), stream)
        return stream

    yield configured
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:], level, levels = kept
    root.setLevel(level)
    for name, value in levels.items():
        logging.getLogger(name).setLevel(value)


def lines(stream):
    return [json.loads(line) for line in stream.buffer.getvalue().splitlines()]


def test_a_line_is_one_object_with_time_and_level(written):
    stream = written()
    structlog.get_logger().info("made", name="a\nb", n=2)
    (line,) = lines(stream)
    assert list(line)[:2] == ["time", "level"]
    assert line["time"].endswith("Z")
    assert (line["level"], line["event"], line["name"], line["n"]) == ("info", "made", "a\nb", 2)


def test_the_standard_library_writes_there_too(written):
    stream = written()
    logging.getLogger("some.library").warning("%s left", 3)
    logging.getLogger("uvicorn.error").info("Started")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    told = [(line["logger"], line["level"], line["event"]) for line in lines(stream)]
    assert told == [
        ("some.library", "warning", "3 left"),
        ("uvicorn.error", "warning", "Invalid HTTP request received."),
    ]


def test_warnings_are_lines_like_others(written):
    stream = written()
    warnings.warn("old", FutureWarning, stacklevel=1)
    (line,) = lines(stream)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "old" in line["event"]


def broken():
    try:
        int("the crew was forty")
    except ValueError as error:
        raise RuntimeError("of Jane's aircraft") from error


def logged(error):
    try:
        broken()
    except RuntimeError:
        error()


@pytest.mark.parametrize(
    "log",
    [
        lambda: structlog.get_logger().error("failed", exc_info=True),
        lambda: logging.getLogger("uvicorn.error").exception("failed"),
    ],
)
def test_an_exception_is_told_by_kind_and_place_alone(written, log):
    stream = written()
    logged(log)
    (line,) = lines(stream)
    told = line["exception"]
    assert told["type"] == "RuntimeError"
    assert told["at"][-1].endswith(" broken")
    assert told["cause"]["type"] == "ValueError"
    text = json.dumps(line)
    assert "forty" not in text
    assert "Jane" not in text


def test_its_words_are_told_where_that_was_asked_for(written):
    stream = written(log_level="debug")
    logged(lambda: structlog.get_logger().error("failed", exc_info=True))
    (line,) = lines(stream)
    assert line["exception"]["says"] == "of Jane's aircraft"


def test_less_than_the_level_is_not_written(written):
    stream = written(log_level="warning")
    structlog.get_logger().info("a")
    structlog.get_logger().warning("b")
    logging.getLogger("c").info("c")
    assert [line["event"] for line in lines(stream)] == ["b"]


def test_text_is_for_terminals(written):
    stream = written(log_format="text")
    structlog.get_logger().info("made", n=2)
    stream.flush()
    assert b"made" in stream.buffer.getvalue()
    assert not stream.buffer.getvalue().startswith(b"{")


def test_elsewhere_auto_is_json(written):
    stream = written(log_format="auto")
    structlog.get_logger().info("made")
    assert lines(stream)[0]["event"] == "made"
