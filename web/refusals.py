"""Refusals that only the web knows: no such address, wrong method, too large, and the word for a fault of ours."""

from registry.errors import InvalidInput, NotAllowed, NotAuthenticated, NotFound, RegistryError, Text, shorten


class NoSuchMethod(RegistryError):
    """The address exists, but not for this method."""

    code, title, status = "method-not-allowed", Text("方法不对", "Method not allowed"), 405


class TooLarge(RegistryError):
    """The request is larger than this address takes."""

    code, title, status = "too-large", Text("请求过大", "Request too large"), 413


class Busy(RegistryError):
    """So many ask for the same costly thing that this one is told to come back."""

    code, title, status = "busy", Text("请稍后再试", "Try again in a moment"), 503
    retry_seconds = 5


class Fault(RegistryError):
    """A fault of ours, told without its details."""

    code, title, status = "fault", Text("程序出错", "Something broke"), 500


def refusal_of_status(status: int, path: str, method: str) -> RegistryError:
    """The framework's own refusals (no such address, wrong method, too large, unreadable) in our words."""
    shown = shorten(path)
    if status == 404:
        return NotFound(f"没有 {shown} 这个地址。", f"There is nothing at {shown}.", field="path", value=path)
    if status == 405:
        return NoSuchMethod(f"{shown} 不接受 {method}。", f"{shown} does not take {method}.")
    if status == 413:
        return TooLarge("请求内容超过了大小限制。", "The request is larger than is allowed here.", field="body")
    if status == 401:
        return NotAuthenticated("请先登录。", "Sign in first.")
    if status == 403:
        return NotAllowed("无权查看。", "You may not see this.")
    return InvalidInput("请求内容无法读取。", "The request could not be read.", field="body")


def refusal_of_fault(number: str) -> Fault:
    """What a client of the API is told about a fault."""
    return Fault(
        f"程序内部错误，编号 {number}。请稍后再试；若再次出现，请报这个编号。",
        f"An internal fault, number {number}. Try again later; if it happens again, tell us the number.",
    )
