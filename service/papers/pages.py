"""Pages (页): PDF documents joined, their pages counted and stamped, pictures laid onto A4. Plain functions over bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageOps
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from models.paper.refusal import PaperProblem
from service.errors import PaperRefused

A4 = (595.28, 841.89)
"""Width and height in points."""

MARGIN = 42.0
"""Free edge around a picture, and how far the number stands from the edges, in points."""

DPI = 150
"""How finely a picture is laid onto its page."""


def count(pdf: bytes) -> int:
    """Return how many pages a document has. Raises PaperRefused for a damaged one."""
    return len(_read(pdf).pages)


def picture_page(image: bytes) -> bytes:
    """Return a picture on a page of A4, upright and as large as it fits. Raises PaperRefused for a damaged one."""
    width, height = (round(side * DPI / 72) for side in A4)
    edge = round(MARGIN * DPI / 72)
    try:
        with Image.open(io.BytesIO(image)) as opened:
            shown = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        raise PaperRefused(PaperProblem.DAMAGED) from None
    shown.thumbnail((width - 2 * edge, height - 2 * edge))
    page = Image.new("RGB", (width, height), "white")
    page.paste(shown, ((width - shown.width) // 2, edge))
    made = io.BytesIO()
    page.save(made, "PDF", resolution=DPI)
    return made.getvalue()


def bound(front: Iterable[bytes], body: Iterable[tuple[str, bytes]], back: Iterable[bytes]) -> bytes:
    """Return one document: front, body and back, the pages of the body stamped 1, 2, 3 … and its parts in the outline by their titles."""
    writer = PdfWriter()
    for pdf in front:
        _append(writer, pdf)
    number = 0
    for title, pdf in body:
        first = len(writer.pages)
        for page in _read(pdf).pages:
            number += 1
            laid = writer.add_page(page)
            laid.transfer_rotation_to_content()
            _stamp(laid, number)
        if len(writer.pages) > first:
            writer.add_outline_item(title=title, page_number=first)
    for pdf in back:
        _append(writer, pdf)
    writer.compress_identical_objects()
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _append(writer: PdfWriter, pdf: bytes) -> None:
    for page in _read(pdf).pages:
        writer.add_page(page)


def _read(pdf: bytes) -> PdfReader:
    try:
        found = PdfReader(io.BytesIO(pdf))
        len(found.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        raise PaperRefused(PaperProblem.DAMAGED) from None
    return found


def _stamp(page: PageObject, number: int) -> None:
    """Write a page's number into its upper right corner, as files are numbered."""
    box = page.mediabox
    words = str(number)
    at = float(box.right) - MARGIN - 6 * len(words), float(box.top) - MARGIN
    ink = PageObject.create_blank_page(width=float(box.width), height=float(box.height))
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    ink[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/FNo"): font})})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /FNo 11 Tf 1 0 0 1 {at[0]:.1f} {at[1]:.1f} Tm ({words}) Tj ET".encode())
    ink[NameObject("/Contents")] = stream
    page.merge_transformed_page(ink, Transformation())
