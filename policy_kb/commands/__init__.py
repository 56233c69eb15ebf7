"""``python -m policy_kb``: what a policy officer and an operator do with the knowledge base."""
