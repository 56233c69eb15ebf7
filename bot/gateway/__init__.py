"""The only process that faces the world: saves, masks, orders, asks Rasa as a function, and keeps ownership."""
