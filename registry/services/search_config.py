"""Check the files of ``search_config`` against the reference rows that are shipped."""

from registry.search.config_check import Checked, Known, check_config
from registry.services.reference import shipped


def check_search_config() -> Checked:
    """Faults and counts of every file."""
    known = Known(
        directories={row["code"] for row in shipped("directories")},
        chains={row["code"] for row in shipped("chains")},
    )
    return check_config(known)
