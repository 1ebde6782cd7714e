"""The registry broken on purpose: processes killed, disks full, connections gone. ``make faults`` for many."""
