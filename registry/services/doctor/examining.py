"""The round: every check in its order, those that need the database only where it can be used."""

from collections.abc import Callable, Iterable

from sqlalchemy.engine import Engine

from registry.errors import InvalidInput
from registry.services.doctor import background, exposure, searching, storage
from registry.services.doctor.finding import Finding, Patient
from registry.settings import Settings

Check = Callable[[Patient], Finding | None]
"""Looks at one thing; None where there is no such thing here."""

BEFORE: dict[str, Check] = {"data_folder": storage.data_folder, "schema": storage.schema}
WITH_DATABASE: dict[str, Check] = {
    "database": storage.database,
    "clock": storage.clock_apart,
    "index": searching.index,
    "worker": background.worker,
    "jobs": background.jobs,
    "drift": background.drift,
    "backup": background.backup,
    "mail": background.mail,
    "audit": background.audit_trail,
}
AFTER: dict[str, Check] = {
    "search_engine": searching.search_server,
    "search_keys": searching.search_keys,
    "link_keys": exposure.link_keys,
    "secrets": exposure.secrets,
    "cookies": exposure.cookies,
    "identity_provider": exposure.identity_provider,
    "mode": exposure.mode,
}


def examine(settings: Settings, engine: Engine, *, only: Iterable[str] = ()) -> list[Finding]:
    """Look at everything, or ``only`` at some of it. Writes nothing but a probe file in the data folder.

    What depends on a database that cannot be used is left out rather than guessed. Raises InvalidInput for a name that
    is none.
    """
    wanted, patient = set(only), Patient(settings, engine)
    known = (*BEFORE, *WITH_DATABASE, *AFTER)
    if unknown := sorted(wanted - set(known)):
        raise InvalidInput(
            f"没有“{unknown[0]}”这项检查。", f"There is no check “{unknown[0]}”.", field="only", choices=known
        )
    found = _look(BEFORE, patient)
    if all(one.ok for one in found if one.name == "schema"):
        found += _look({name: check for name, check in WITH_DATABASE.items() if not wanted or name in wanted}, patient)
    found += _look({name: check for name, check in AFTER.items() if not wanted or name in wanted}, patient)
    # A database that cannot be used is told in any case: what was asked for could not be looked at.
    return [one for one in found if not wanted or one.name in wanted or (one.name == "schema" and not one.ok)]


def _look(checks: dict[str, Check], patient: Patient) -> list[Finding]:
    return [found for check in checks.values() if (found := check(patient)) is not None]
