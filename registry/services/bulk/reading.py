"""Finding the bulk files: which days there are, what the manifest of one says, where a file lies."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registry.errors import NotFound
from registry.schemas.bulk import BulkManifest
from registry.services.bulk.files import MEDIA_TYPES, digest_of

FOLDER = "bulk"
MANIFEST = "manifest.json"
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be sent."""

    path: Path
    sha256: str
    media_type: str


def folders(data_dir: Path) -> list[date]:
    """Days there are files of, newest first."""
    home = data_dir / FOLDER
    if not home.is_dir():
        return []
    found = []
    for entry in home.iterdir():
        try:
            day = date.fromisoformat(entry.name)
        except ValueError:
            continue  # being written, or nothing of ours
        if (entry / MANIFEST).is_file():
            found.append(day)
    return sorted(found, reverse=True)


def latest_manifest(data_dir: Path) -> BulkManifest | None:
    """What the newest files are; None before the first night."""
    days = folders(data_dir)
    return _manifest(data_dir, days[0]) if days else None


def edition(data_dir: Path) -> tuple[tuple[date, ...], int]:
    """Which days there are and when the newest was written: another value, another answer of the functions here."""
    days = folders(data_dir)
    newest = (data_dir / FOLDER / days[0].isoformat() / MANIFEST).stat().st_mtime_ns if days else 0
    return tuple(days), newest


def find_file(data_dir: Path, *, day: str, name: str) -> Found:
    """A file of a day (``2026-11-23``) or of ``latest``: only what its manifest names, and the manifest.

    Raises NotFound.
    """
    days = folders(data_dir)
    chosen = next((one for one in days if day in (one.isoformat(), LATEST)), None)
    if chosen is None:
        raise NotFound(
            "这一天没有整库文件。最近 30 天的列在开放数据页。",
            "There are no bulk files of this day. Those of the last 30 days stand on the page of open data.",
            field="day",
            value=day[:40],
        )
    path = data_dir / FOLDER / chosen.isoformat() / MANIFEST
    if name == MANIFEST:
        return Found(path, digest_of(path), MEDIA_TYPES[".json"])
    file = next((one for one in _manifest(data_dir, chosen).files if one.name == name), None)
    if file is None:
        raise NotFound(
            f"没有名为“{name[:60]}”的整库文件。", f"There is no bulk file “{name[:60]}”.", field="name", value=name[:60]
        )
    path = path.with_name(file.name)
    return Found(path, file.sha256, MEDIA_TYPES[path.suffix])


def _manifest(data_dir: Path, day: date) -> BulkManifest:
    text = (data_dir / FOLDER / day.isoformat() / MANIFEST).read_bytes()
    return BulkManifest.model_validate_json(text)
