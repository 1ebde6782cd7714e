"""The family of refusals. A refusal is safe to show, says what is wrong with which value, and what to do next."""

import errno
from dataclasses import dataclass
from typing import ClassVar, Literal

Locale = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, in both languages. Chinese is the source; neither may be empty."""

    zh: str
    en: str

    def in_(self, locale: Locale) -> str:
        """The sentence in one language."""
        return self.en if locale == "en" else self.zh

    def __str__(self) -> str:
        return self.zh


class RegistryError(Exception):
    """The registry refused the request.

    ``code`` is a stable slug: clients and tests match on it, never on the text. ``field`` names the parameter, column
    or form field at fault, ``value`` the value as it was given (shortened), ``choices`` the legal values if few.
    """

    code: ClassVar[str] = "refused"
    title: ClassVar[Text] = Text("请求被拒绝", "Request refused")
    status: ClassVar[int] = 400
    retry_seconds: ClassVar[int] = 0
    """After so long the same request may be answered; 0 where asking again changes nothing."""

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        field: str | None = None,
        value: object = None,
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(zh)
        self.text = Text(zh, en)
        self.field = field
        self.value = None if value is None else shorten(str(value))
        self.choices = choices


class InvalidInput(RegistryError):
    """A value could not be read or is out of its range."""

    code, title, status = "invalid-input", Text("输入有误", "Invalid input"), 422


class NotFound(RegistryError):
    """Nothing is stored under this key."""

    code, title, status = "not-found", Text("没有找到", "Not found"), 404


class Gone(RegistryError):
    """It was here and was taken back (for instance by undoing an import)."""

    code, title, status = "gone", Text("记录已撤回", "Record withdrawn"), 410


class NotAuthenticated(RegistryError):
    """Signing in is needed first."""

    code, title, status = "not-authenticated", Text("请先登录", "Sign in first"), 401


class NotAllowed(RegistryError):
    """The person may not do this here."""

    code, title, status = "not-allowed", Text("无权操作", "Not allowed"), 403


class NeedsSecondFactor(NotAllowed):
    """The rights of an account without a second factor are withheld here until it has one."""

    code, title = "second-factor-needed", Text("须先开启两步验证", "Two-step verification needed")


class TooMany(RegistryError):
    """Tried too often in a while; nothing was done."""

    code, title, status = "too-many", Text("尝试过多", "Too many attempts"), 429


class InvalidTransition(RegistryError):
    """The thing is not in a state from which this act is possible."""

    code, title, status = (
        "invalid-transition",
        Text("当前状态不能这样操作", "Not possible in this state"),
        409,
    )


class Conflict(RegistryError):
    """Somebody else changed it first, or it exists already."""

    code, title, status = "conflict", Text("与现有记录冲突", "Conflicts with an existing record"), 409


class FileRefused(RegistryError):
    """A file could not be taken in; nothing of it was stored."""

    code, title, status = "file-refused", Text("文件无法读取", "File refused"), 422


class NotInstalled(RegistryError):
    """This needs an optional extra, or something of the system, that this installation does without."""

    code, title, status = "not-installed", Text("本站没有安装这项功能", "Not installed here"), 501


class StorageUnavailable(RegistryError):
    """The database or data folder cannot be written or reached right now."""

    code, title, status = "storage-unavailable", Text("数据存储暂不可用", "Storage unavailable"), 503
    retry_seconds: ClassVar[int] = 5


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def no_room(error: BaseException | None) -> StorageUnavailable | None:
    """The refusal where a file could not be written because the disk is full or read-only; None for anything else."""
    if not isinstance(error, OSError) or error.errno not in NO_ROOM:
        return None
    return StorageUnavailable(
        f"磁盘不能写入（{error.strerror}），本次操作没有写入。请清理空间或检查权限后重试。",
        f"The disk cannot be written ({error.strerror}); nothing was written. Free some space or check permissions.",
    )


def shorten(value: str, limit: int = 60) -> str:
    """The value on one line, cut to ``limit`` characters so that a message stays one line."""
    flat = " ".join(value.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
