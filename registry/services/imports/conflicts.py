"""The refusal to write a preview that no longer holds."""

from registry.errors import Conflict


def changed_since(what: str) -> Conflict:
    """Between staging and writing somebody changed ``what`` (a name or code) in the registry."""
    return Conflict(
        f"暂存之后登记库有变化（{what}），预览已不准确，没有写入。请重新导入该文件。",
        f"The registry changed after staging ({what}); the preview no longer holds and nothing was written. "
        "Import the file again.",
        field="id",
    )
