"""Numbers for faults of ours, so that a person can name one and we can find it in the log."""

import hashlib
import traceback


def incident_number(error: BaseException) -> str:
    """``E-XXXX-YYYY``, the same for the same fault at the same place: a log can be searched and counted by it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.name}:{frame.lineno}" for frame in frames[-6:]]
    digest = hashlib.sha256("|".join([type(error).__name__, *where]).encode()).hexdigest().upper()
    return f"E-{digest[:4]}-{digest[4:8]}"
