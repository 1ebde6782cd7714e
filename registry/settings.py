"""Settings: one frozen object, read from REGISTRY_* once by ``create_app`` or the command line and passed down."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ARCHIVE = "archive"
"""Folder of the source documents inside the data folder."""

LINK_KEY = "link.key"
"""File inside the data folder that keeps the key of links in mails."""

MAIL = "mail"
"""Folder of a demo's mail."""


class Settings(BaseSettings):
    """Where state lives and how the process behaves. Names are stable: people script them."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="ignore")

    data_dir: Path = Path("data")
    """All local state: database file, archived documents, embedded index."""
    database_url: str = ""
    """SQLAlchemy URL. Empty: an SQLite file in the data folder."""
    search_url: str = ""
    """Address of a Meilisearch server. Empty: the embedded engine."""
    search_key: SecretStr = SecretStr("")
    """Key of that server that may search. It writes too unless there is another one for writing."""
    search_admin_key: SecretStr = SecretStr("")
    """Key of that server that may write: of the worker and the commands, not needed by the web process."""
    secure_cookies: bool = True
    """Send session cookies over HTTPS only. Browsers accept such cookies on 127.0.0.1 and localhost too."""
    embedded_worker: bool = True
    """Let the web process do the background work itself. Off where ``registry worker`` runs beside it."""
    public_url: str = ""
    """Address people reach the site by, for links in mails: they are never made from what a request says of itself."""
    smtp_host: str = ""
    """Server that takes mail. Empty: no mail is sent, and nobody can register or reset a password by themselves."""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to it is encrypted."""
    mail_from: str = ""
    """Sender of the mails."""
    link_keys: SecretStr = SecretStr("")
    """Keys that sign links in mails, newest first, commas between. Empty: the one kept in the data folder."""
    require_second_factor: bool = False
    """Withhold the rights of officials until they have set up two-step verification."""
    oidc_issuer: str = ""
    """Address of an identity provider (OpenID Connect). Empty: people sign in with their password only."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = "统一身份认证"
    """What the button is called that leads there."""
    metrics_token: SecretStr = SecretStr("")
    """What a collector of metrics must show at ``/metrics``. Empty: there is no such address."""
    backup_days: int = 2
    """The last backup may be so many days old before the doctor complains. 0: backups are made otherwise."""
    nightly_at: str = "02:30"
    """Local time at which everybody in the pool is assessed again, once a day. Empty: never."""
    nightly_tiers: str = "pool"
    """Tiers whose whole population is assessed then: codes with commas, ``pool`` (with firms in the pool), ``all``."""
    pool_chase_days: str = "9,21,45"
    """Days without work after which a case of the pool is chased: its owner, the city, the province."""
    api_rate: int = 10
    """Questions a second to the interface from one address; twice that after a pause. 0: not counted."""
    api_key_rate: int = 50
    """The same for whoever brings a key."""
    webhook_networks: str = ""
    """Networks inside which webhooks may be sent, commas between. Empty: to public https addresses only."""
    pdf_fonts: Path | None = None
    """A folder with a Chinese font for PDF, beside the fonts of the system."""
    kept_pages_mb: int = 32
    """Room in each web process for public pages as they were sent, in megabytes; they are made anew after every act on
    official data. 0: every page is made each time."""
    map_file: Path | None = None
    """A GeoJSON file of the cities for the map on the front page. Empty: the one shipped with the code."""
    demo: bool = False
    """Say on every page that firms and figures are fictional; set by ``registry demo``."""

    @property
    def effective_database_url(self) -> str:
        """The URL in use, in the spelling of the installed drivers."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'registry.sqlite3'}"
        for scheme in ("postgres://", "postgresql://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def archive_dir(self) -> Path:
        """Content-addressed store of source documents."""
        return self.data_dir / ARCHIVE

    @property
    def link_key_file(self) -> Path:
        """Where the key of links is kept if the settings give none."""
        return self.data_dir / LINK_KEY

    @property
    def mail_dir(self) -> Path:
        """Where a demo puts its mail instead of sending it."""
        return self.data_dir / MAIL

    @property
    def sends_mail(self) -> bool:
        """Whether mail goes anywhere, with links that lead back here."""
        return self.demo or bool(self.smtp_host and self.public_url and self.mail_from)

    @property
    def index_dir(self) -> Path:
        """Home of the embedded search index."""
        return self.data_dir / "index"


def address_of(url: str) -> str:
    """Host and port of an address, for people: without a name, password or path in it.

    >>> address_of("http://li:secret@10.0.0.5:7700/search")
    '10.0.0.5:7700'
    """
    # Not parsed by the book: this also has to name what is no address at all.
    return url.rpartition("://")[2].partition("/")[0].rpartition("@")[2]
