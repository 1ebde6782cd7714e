"""A document sent as evidence, in the child process: whether it is whole, its pages, and that nothing in it acts.

Nothing is rendered, run or followed. Of a PDF every object is looked at for what makes a reader act; a picture is
decoded once.
"""

from collections.abc import Iterator
from typing import Any

from import_scripts.readers.refused import Refused

ACTIVE = frozenset(
    {
        "JS", "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm", "ImportData",
        "GoToE", "GoToR", "Movie", "Sound", "Rendition", "3D",
    }
)  # fmt: skip
"""Names in a PDF by which a reader runs, opens or sends something."""
_MOST_OBJECTS = 200_000
_MOST_DEPTH = 60
_MOST_PIXELS = 120_000_000


def read(source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
    """One line: {"pages": n or null}. Raises Refused."""
    if kind == "evidence_pdf":
        pages = _pages(source, limits)
        _require_passive(source)
        yield {"pages": pages}
    else:
        _decode(source)
        yield {"pages": None}


def _pages(source: str, limits: dict[str, int]) -> int:
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted" if "password" in str(error).lower() else "broken") from error
    count = len(document)
    if not count:
        raise Refused("broken")
    if count > limits["pages"]:
        raise Refused("pages", found=count, limit=limits["pages"])
    return count


def _require_passive(source: str) -> None:
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFNoValidXRef, PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    with open(source, "rb") as file:
        try:
            document = PDFDocument(PDFParser(file))
            if document.encryption is not None:
                raise Refused("encrypted")
            numbers = {number for table in document.xrefs for number in table.get_objids()}
            if len(numbers) > _MOST_OBJECTS:
                raise Refused("members", found=len(numbers), limit=_MOST_OBJECTS)
            for trailer in (table.get_trailer() for table in document.xrefs):
                _look(trailer, 0)
            for number in numbers:
                _look(_object(document, number), 0)
        except (PDFPasswordIncorrect, PDFEncryptionError) as error:
            raise Refused("encrypted") from error
        except (PDFNoValidXRef, PDFException, PSException, ValueError, KeyError, TypeError) as error:
            raise Refused("broken") from error


def _object(document: Any, number: int) -> Any:
    from pdfminer.pdfexceptions import PDFObjectNotFound

    try:
        return document.getobj(number)
    except PDFObjectNotFound:
        return None  # named in a table and not there: readers pass it over as well


def _look(value: Any, depth: int) -> None:
    """Refuse a value in which something acts. References are not followed: every object is looked at by itself."""
    if depth > _MOST_DEPTH:
        raise Refused("nesting")
    attributes = getattr(value, "attrs", None)
    if isinstance(attributes, dict):
        _look(attributes, depth + 1)
    elif isinstance(value, dict):
        for key, inside in value.items():
            if key in ACTIVE or (key in ("S", "Subtype", "Type") and getattr(inside, "name", None) in ACTIVE):
                raise Refused("active")
            _look(inside, depth + 1)
    elif isinstance(value, list):
        for inside in value:
            _look(inside, depth + 1)


def _decode(source: str) -> None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(source, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Refused("pixels", limit=_MOST_PIXELS)
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("broken") from error
