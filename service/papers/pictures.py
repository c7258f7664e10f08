"""Pictures written anew: upright, their pixels alone, without where and with what they were taken. Plain functions over an open file."""

from __future__ import annotations

import warnings
from typing import IO

from PIL import Image, ImageOps

from models.paper.refusal import PaperProblem
from service.errors import PaperRefused

QUALITY = 92


def stripped(file: IO[bytes], form: str, most_pixels: int) -> None:
    """Write a picture anew: upright, its pixels alone. Raises PaperRefused."""
    file.seek(0)
    try:
        with warnings.catch_warnings(), Image.open(file, formats=[form]) as opened:
            # The limit is the place's own; Pillow's would only warn.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if opened.width * opened.height > most_pixels:
                raise PaperRefused(PaperProblem.TOO_MANY_PIXELS)
            shown = ImageOps.exif_transpose(opened)
            bare = _bare(shown)
    except Image.DecompressionBombError:
        raise PaperRefused(PaperProblem.TOO_MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError):
        raise PaperRefused(PaperProblem.DAMAGED) from None
    file.seek(0)
    file.truncate()
    if form == "JPEG":
        bare.save(file, form, quality=QUALITY)
    else:
        bare.save(file, form)
    file.seek(0)


def _bare(shown: Image.Image) -> Image.Image:
    """Return a picture without anything that came with it."""
    modes = {"RGB", "RGBA", "L", "LA"}
    bare = shown if shown.mode in modes else shown.convert("RGBA" if "transparency" in shown.info else "RGB")
    made = Image.new(bare.mode, bare.size)
    made.paste(bare)
    return made
