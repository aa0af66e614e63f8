"""Pictures of notebooks are made small and look the same."""

import io

import numpy as np
from PIL import Image

from hindcast import pictures


def png(array: np.ndarray) -> bytes:
    made = io.BytesIO()
    Image.fromarray(array).save(made, "PNG", compress_level=1)
    return made.getvalue()


def pixels(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def test_a_chart_of_few_colours_keeps_each_of_them_and_shrinks():
    chart = np.full((200, 300, 3), 255, np.uint8)
    chart[50:60, 20:280] = (0, 114, 178)
    chart[100:160, 40:60] = (230, 159, 0)
    small = pictures.smaller(png(chart))
    assert len(small) < len(png(chart)) / 2
    assert (pixels(small) == chart).all()


def test_many_colours_stay_close():
    ramp = np.linspace(0, 255, 300 * 200).reshape(200, 300).astype(np.uint8)
    shown = np.stack([ramp, ramp[::-1], np.full_like(ramp, 90)], axis=-1)
    assert np.abs(pixels(pictures.smaller(png(shown))) - shown).mean() < 12


def test_what_is_see_through_is_white_and_twice_gives_the_same_bytes():
    clear = np.zeros((50, 50, 4), np.uint8)
    clear[10, 10] = (0, 0, 0, 255)
    small = pictures.smaller(png(clear))
    assert pixels(small)[0, 0].tolist() == [255, 255, 255]
    assert small == pictures.smaller(png(clear))


def test_what_cannot_be_made_smaller_is_kept():
    dot = png(np.zeros((1, 1, 3), np.uint8))
    assert len(pictures.smaller(dot)) <= len(dot)
