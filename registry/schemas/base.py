"""What all read models share: complete, compared by content, never changed after they were read."""

from pydantic import BaseModel, ConfigDict


class ReadModel(BaseModel):
    """A value that leaves the registry."""

    model_config = ConfigDict(frozen=True, extra="forbid")
