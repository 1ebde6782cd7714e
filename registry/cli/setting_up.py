"""Settings and engine for one command; a wrong REGISTRY_* variable is a refusal, not a traceback."""

from pydantic import ValidationError
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError

from registry.db import make_engine
from registry.errors import InvalidInput
from registry.settings import Settings


def read_settings() -> Settings:
    """The settings from the environment. Raises InvalidInput naming the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "REGISTRY_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(
            f"环境变量 {name} 的值“{first['input']}”不能使用。",
            f"The value “{first['input']}” of the environment variable {name} cannot be used.",
            field=name,
            value=first["input"],
        ) from error


def open_engine(settings: Settings) -> Engine:
    """The engine for ``settings``. Raises InvalidInput for an address that is none, StorageUnavailable for a folder."""
    try:
        dialect = make_url(settings.effective_database_url).get_backend_name()
    except ArgumentError:
        dialect = ""
    if dialect not in ("sqlite", "postgresql"):
        # The address may hold a password: it is not repeated.
        raise InvalidInput(
            "REGISTRY_DATABASE_URL 不是可用的数据库地址，应如 postgresql://用户@主机/库名 或 sqlite:///文件。",
            "REGISTRY_DATABASE_URL is not a usable database address, such as postgresql://user@host/name or "
            "sqlite:///file.",
            field="REGISTRY_DATABASE_URL",
        )
    return make_engine(settings)
