"""A file on its way from a form to a service: under its own plain name in a folder of its own, gone afterwards."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import UploadFile

from registry.errors import InvalidInput

NAME_MAX = 120


@contextmanager
def kept_upload(upload: UploadFile) -> Iterator[Path]:
    """The upload as a file. Raises InvalidInput where none was chosen."""
    name = Path((upload.filename or "").replace("\\", "/")).name.strip(". ")
    while len(name.encode()) > NAME_MAX * 2:  # the file system counts bytes
        name = name[1:]
    if not name:
        raise InvalidInput("请选择文件。", "Choose a file.", field="file")
    with TemporaryDirectory(prefix="registry-upload-") as folder:
        path = Path(folder) / ("".join(letter for letter in name if letter.isprintable()) or "upload")
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target)
        yield path
