"""Unpacks a compressed file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from qa_sync.audit.progress import ByteProgress
from qa_sync.audit.sources.table import COMPRESSIONS
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.files import open_private

CHUNK: Final = 2**20


def unpacked(file: Path, folder: Path, progress: ByteProgress) -> Path:
    """Return the file, or the content of a compressed one in the folder.

    Raises UsageError for a damaged file, NoVerdict when the disk is full.
    """
    packed = COMPRESSIONS.get(file.suffix.lower())
    if packed is None:
        return file
    found = folder / file.stem
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            pa.OSFile(str(file)) as raw,
            pa.CompressedInputStream(raw, packed) as read,
            open(found, "wb", opener=open_private) as write,
        ):
            size = raw.size()
            while chunk := read.read(CHUNK):
                write.write(chunk)
                progress.at(raw.tell(), size)
    except (pa.ArrowException, OSError) as error:
        found.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            raise NoVerdict(f"{file}: {error.strerror}", hint="is the disk full?") from None
        raise UsageError(f"{file}: not readable as {packed}: {error}", hint="is the file complete?") from None
    return found
