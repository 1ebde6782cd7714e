"""What time it is: instants in UTC, legal days in the province's own time zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PROVINCE_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The legal day now: titles begin and end at local midnight."""
    return now().astimezone(PROVINCE_ZONE).date()


def moment_of(day: date, hour: int) -> datetime:
    """The instant, in UTC, at which this hour of the day begins in the province."""
    return datetime.combine(day, time(hour), PROVINCE_ZONE).astimezone(UTC)
