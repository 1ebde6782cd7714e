"""What keeps strangers out: keys, secrets, cookies, the identity provider."""

from sqlalchemy.engine import make_url

from registry.errors import RegistryError, Text
from registry.oidc_keys import EXTRA, can_check
from registry.services.accounts.signing import LinkSigner
from registry.services.doctor.finding import Finding, Patient
from registry.settings import Settings

SECRET_MIN = 16
COMMON = (
    "secret",
    "password",
    "changeme",
    "change-me",
    "registry",
    "postgres",
    "admin",
    "masterkey",
    "example",
    "123456",
)
"""What manuals and people write where a secret belongs."""


def link_keys(patient: Patient) -> Finding:
    """What signs the links in mails. Several machines need the same keys: the program cannot see how many there are."""
    settings, engine = patient.settings, patient.engine
    kept = settings.link_key_file
    try:
        keys = LinkSigner(settings.link_keys, kept).keys()
    except RegistryError as error:
        return Finding("link_keys", False, error.text)
    if settings.link_keys.get_secret_value():
        said = Text(
            f"邮件链接用 REGISTRY_LINK_KEYS 签名（{len(keys)} 个密钥）。",
            f"Links in mails are signed with REGISTRY_LINK_KEYS ({len(keys)} keys).",
        )
        return Finding("link_keys", True, said)
    if keys and kept.stat().st_mode & 0o077:
        said = Text(f"其他用户能读签名密钥文件 {kept}。", f"Others can read the key file {kept}.")
        return Finding("link_keys", False, said, Text(f"请运行 chmod 600 {kept}。", f"Run chmod 600 {kept}."))
    said = Text(f"邮件链接用 {kept} 中的密钥签名。", f"Links in mails are signed with the key in {kept}.")
    if engine.dialect.name != "sqlite":
        said = Text(
            f"{said.zh}有多台机器时须共用这个文件，或设置 REGISTRY_LINK_KEYS。",
            f"{said.en} Several machines must share this file or set REGISTRY_LINK_KEYS.",
        )
    return Finding("link_keys", True, said)


def secrets(patient: Patient) -> Finding:
    """No secret that is short or to be guessed. None is ever shown."""
    weak = [name for name, secret in _secrets(patient.settings).items() if secret and _is_weak(secret)]
    if not weak:
        return Finding("secrets", True, Text("没有过短或常见的密钥和密码。", "No secret is short or common."))
    names = "、".join(weak)
    said = Text(f"过短或常见：{names}。", f"Short or common: {', '.join(weak)}.")
    mend = Text(
        "请用 openssl rand -hex 24 换新的，然后重启。", "Make new ones with openssl rand -hex 24, then restart."
    )
    return Finding("secrets", False, said, mend)


def _secrets(settings: Settings) -> dict[str, str]:
    given = {
        f"REGISTRY_{name.upper()}": getattr(settings, name).get_secret_value()
        for name in ("search_key", "search_admin_key", "metrics_token", "smtp_password", "oidc_client_secret")
    }
    return {**given, "REGISTRY_DATABASE_URL": make_url(settings.effective_database_url).password or ""}


def _is_weak(secret: str) -> bool:
    plain = secret.lower()
    return len(secret) < SECRET_MIN or len(set(secret)) < 6 or any(plain.startswith(word) for word in COMMON)


def cookies(patient: Patient) -> Finding:
    """Sessions travel over HTTPS only where people come over HTTPS."""
    settings = patient.settings
    if settings.secure_cookies:
        return Finding("cookies", True, Text("登录状态只经 HTTPS 传送。", "Session cookies are for HTTPS only."))
    behind = settings.public_url.startswith("https://")
    said = Text("登录状态也会经明文 HTTP 传送。", "Session cookies are sent over plain HTTP, too.")
    mend = Text(
        "请删去 REGISTRY_SECURE_COOKIES=false，由 HTTPS 代理提供访问。",
        "Remove REGISTRY_SECURE_COOKIES=false and put an HTTPS proxy in front.",
    )
    return Finding("cookies", not behind, said, mend)


def identity_provider(patient: Patient) -> Finding | None:
    """Only where an identity provider is set up."""
    settings = patient.settings
    if not settings.oidc_issuer:
        return None
    if not can_check():
        off = Text("已设置统一身份认证，但未启用。", "An identity provider is set up, but off.")
        return Finding("identity_provider", False, off, EXTRA)
    said = Text(f"可用统一身份认证登录（{settings.oidc_issuer}）。", f"People may sign in at {settings.oidc_issuer}.")
    return Finding("identity_provider", True, said)


def mode(patient: Patient) -> Finding:
    """Whether this is a demo."""
    if patient.settings.demo:
        return Finding("mode", True, Text("演示模式：企业和数字均为虚构。", "Demo: firms and figures are fictional."))
    return Finding("mode", True, Text("正式模式。", "Not a demo."))
