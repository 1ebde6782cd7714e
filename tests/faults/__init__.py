"""The registry broken on purpose: processes killed, disks full, connections gone. ``python -m tests.faults`` for many."""
