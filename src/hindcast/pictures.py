"""Pictures of notebooks, made small: a chart has few colours, and its file room for millions."""

import io

from PIL import Image

COLOURS = 256


def smaller(png: bytes) -> bytes:
    """Return a PNG with at most 256 colours, or the one given where that is no smaller.

    Parameters
    ----------
    png
        A picture. What is see-through in it is put on white, as pages do.

    Returns
    -------
    bytes
        The same for the same picture: nothing of the clock or the machine is in it.
    """
    with Image.open(io.BytesIO(png)) as picture:
        whole = picture.convert("RGBA")
    white = Image.new("RGBA", whole.size, "white")
    flat = Image.alpha_composite(white, whole).convert("RGB")
    few = flat.quantize(COLOURS, dither=Image.Dither.NONE)
    made = io.BytesIO()
    few.save(made, "PNG", compress_level=6)
    return min(made.getvalue(), png, key=len)
