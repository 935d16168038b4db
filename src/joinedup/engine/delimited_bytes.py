"""A delimited file as pieces of UTF-8: unpacked and decoded as it is read, so that no file is in memory as a whole."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from joinedup.engine.limits import LONGEST_HEADER, Limits
from joinedup.errors import ExtractError, Place

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_MARK = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_SAVE_AS = 'Save it as UTF-8, or name its encoding in the source map: [reading] encoding = "cp1252".'
_SMALLEST_READ = 16  # bytes; a byte-order mark has to be in the first piece as a whole


def utf8_pieces(path: Path, encoding: str | None, limits: Limits, size: int) -> Generator[bytes]:
    """The file's content as UTF-8 without a mark, about `size` bytes at a time, never cut inside a character.

    Raises ExtractError where a byte is in another encoding, where a compressed file is damaged, and when it
    unpacks to more than `limits` allow; OSError when the operating system refuses.
    """
    raw = _unpacked(path, limits, max(size, _SMALLEST_READ))
    first = next(raw, b"")
    mark, encoding = _marked(first, encoding)
    if len(first) == len(mark):
        raise ExtractError("The file is empty.", place=Place(file=path.name), remedy="Ask for it to be sent again.")
    return _as_utf8(chain((first[len(mark) :],), raw), encoding, path.name)


def encoding_of(path: Path, encoding: str | None) -> tuple[bytes, str]:
    """The byte-order mark that a file begins with, and the codec that writes the rest. Raises as `utf8_pieces`."""
    with closing(_unpacked(path, Limits(), _SMALLEST_READ)) as raw:
        mark, named = _marked(next(raw, b""), encoding)
    return mark, _known(named, path.name)


def _marked(first: bytes, encoding: str | None) -> tuple[bytes, str]:
    return next(((m, e) for m, e in _MARKS if first.startswith(m)), (b"", encoding or "utf-8"))


def beginning(path: Path, encoding: str | None, limits: Limits) -> bytes:
    """As much of the file as UTF-8 as a header may be long and a byte more, or all of it. Raises as `utf8_pieces`."""
    start = b""
    with closing(utf8_pieces(path, encoding, limits, LONGEST_HEADER)) as pieces:
        for piece in pieces:
            start += piece
            if len(start) > LONGEST_HEADER:
                break
    if start[:4096].count(0) > len(start[:4096]) // 3:
        raise ExtractError(
            "The file looks like UTF-16 without a mark.", place=Place(file=path.name),
            remedy='Save it as UTF-8, or name its encoding in the source map: [reading] encoding = "utf-16-le".',
        )  # fmt: skip
    return start


def _unpacked(path: Path, limits: Limits, size: int) -> Generator[bytes]:
    if not path.name.lower().endswith(".gz"):
        with path.open("rb") as stream:
            yield from _reads(stream, size)
        return
    packed, unpacked = path.stat().st_size, 0
    with gzip.open(path) as stream:
        try:
            for piece in _reads(stream, size):
                unpacked += len(piece)
                if not limits.allows(packed, unpacked):
                    raise _bomb(path.name)
                yield piece
        except EOFError:
            raise ExtractError("The compressed file stops too soon.", place=Place(file=path.name)) from None
        except zlib.error:
            raise ExtractError("The compressed file is damaged.", place=Place(file=path.name)) from None


def _reads(stream: BinaryIO | gzip.GzipFile, size: int) -> Iterator[bytes]:
    while piece := stream.read(size):
        yield piece


def _bomb(file: str) -> ExtractError:
    return ExtractError(
        "The file unpacks to far more than an extract holds.",
        place=Place(file=file),
        remedy="Send it unpacked, or in parts.",
    )


def _as_utf8(raw: Iterator[bytes], encoding: str, file: str) -> Generator[bytes]:
    name = _known(encoding, file)
    decoder = codecs.getincrementaldecoder(name)()
    lines = 0
    for piece in chain(raw, (b"",)):  # the empty piece tells the decoder that the file ends
        begun = decoder.getstate()[0]
        if name == "utf-8" and not begun and piece.isascii():
            decoded = piece
        else:
            try:
                decoded = decoder.decode(piece, final=not piece).encode("utf-8")
            except UnicodeError as error:
                raise _not_in(encoding, file, lines - begun.count(b"\n"), error) from None
        lines += piece.count(b"\n")
        if decoded:
            yield decoded


def _known(encoding: str, file: str) -> str:
    try:
        b" ".decode(encoding)  # refuses codecs that are not of text, such as `hex`
    except UnicodeError:
        pass
    except (LookupError, ValueError):
        raise _no_encoding(encoding, file) from None
    try:
        found = codecs.lookup(encoding)
        codecs.getincrementaldecoder(encoding)
    except LookupError:
        raise _no_encoding(encoding, file) from None
    return _WITHOUT_MARK.get(found.name, found.name)


def _no_encoding(encoding: str, file: str) -> ExtractError:
    return ExtractError(
        f"There is no encoding called `{encoding}`.", place=Place(file=file), remedy='Such as "utf-8" or "cp1252".'
    )


def _not_in(encoding: str, file: str, lines: int, error: UnicodeError) -> ExtractError:
    within = error.object.count(b"\n", 0, error.start) if isinstance(error, UnicodeDecodeError) else 0
    row = lines + within + 1
    return ExtractError(f"The file is not in {encoding}.", place=Place(file=file, row=row), remedy=_SAVE_AS)
