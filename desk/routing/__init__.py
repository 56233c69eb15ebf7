"""Which department a case belongs to: its benefit's lead department, else what past messages teach of its words."""
