"""Is everything in order? Each finding says what was looked at and, if it is wrong, how to mend it."""

from registry.services.doctor.examining import examine
from registry.services.doctor.finding import Finding

__all__ = ["Finding", "examine"]
