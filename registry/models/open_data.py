"""Keys of programs that read open data faster than anybody may."""

from datetime import datetime

from sqlmodel import Field

from registry.models.base import SQLModel, instant, primary_key


class ApiKey(SQLModel, table=True):
    """A key (接口密钥): says who reads, gives a higher rate and no right. Only its hash is kept."""

    __tablename__ = "api_key"

    id: int = primary_key()
    holder: str = Field(max_length=100)
    """Who has it and whom to ask about it."""
    key_sha256: str = Field(max_length=64, unique=True)
    made_by: str = Field(max_length=100)
    made_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
