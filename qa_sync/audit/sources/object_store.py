"""Copies files from S3 and stores that speak like it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from qa_sync.audit.progress import ByteProgress
from qa_sync.errors import NoVerdict, SystemUnreachable, UsageError
from qa_sync.files import open_private

CHUNK: Final = 2**20
CONNECT_S: Final = 10
ANSWER_S: Final = 30
WILD: Final = "*?["


def copied_objects(url: str, folder: Path, report: Callable[[str], None]) -> list[tuple[Path, str]]:
    """Copy the files of `s3://BUCKET/PATH`, whose path may be a pattern; return them with their URLs.

    Raises UsageError if there is none, SystemUnreachable, and NoVerdict when the disk is full.
    """
    with _readable(url):
        store, wanted = _store(url), url.removeprefix("s3://").partition("?")[0]
        keys = _matching(store, wanted)
        if not keys:
            raise UsageError(f"{url}: file not found")
        return [
            (_copied(store, key, folder / str(at), ByteProgress(report, f"s3://{key}", "copied")), f"s3://{key}")
            for at, key in enumerate(keys)
        ]


def _store(url: str) -> fs.S3FileSystem:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region is None and endpoint is None:
        region = fs.resolve_s3_region(urlsplit(url).netloc)
    return fs.S3FileSystem(
        region=region or "us-east-1",
        endpoint_override=endpoint,
        connect_timeout=CONNECT_S,
        request_timeout=ANSWER_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=2),
    )


def _matching(store: fs.S3FileSystem, wanted: str) -> list[str]:
    if not any(mark in wanted for mark in WILD):
        found = store.get_file_info(wanted)
        return [wanted] if found.type == fs.FileType.File else []
    plain = wanted[: min(wanted.index(mark) for mark in WILD if mark in wanted)]
    deep = "/" in wanted[len(plain) :]
    listed = store.get_file_info(fs.FileSelector(plain.rpartition("/")[0], recursive=deep))
    parts = wanted.count("/")  # a star does not stand for a slash
    names = [one.path for one in listed if one.type == fs.FileType.File and one.path.count("/") == parts]
    return sorted(name for name in names if fnmatchcase(name, wanted))


def _copied(store: fs.S3FileSystem, key: str, folder: Path, progress: ByteProgress) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / (key.rpartition("/")[2] or "object")
    size, done = store.get_file_info(key).size, 0
    with store.open_input_stream(key) as read, open(found, "wb", opener=open_private) as write:
        while chunk := read.read(CHUNK):
            try:
                write.write(chunk)
            except OSError as error:
                raise NoVerdict(f"{found}: {error.strerror}", hint="is the disk full?") from None
            done += len(chunk)
            progress.at(done, size)
    return found


@contextmanager
def _readable(url: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        hint = "are the credentials, AWS_REGION and AWS_ENDPOINT_URL right?"
        raise SystemUnreachable(f"{url}: {str(error).splitlines()[0]}", hint=hint) from None
