"""Wording that nobody tuned on, and how much of it is understood: ``python -m tests.processes.held_out``."""
