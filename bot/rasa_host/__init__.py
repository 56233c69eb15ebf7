"""Rasa as a function: (context, message) → (messages, context'), served on loopback."""
