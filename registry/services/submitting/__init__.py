"""What firms send (申报): its states, its fields, drafting, checking, evidence, sending."""
