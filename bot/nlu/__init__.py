"""Components of the Rasa pipeline that understand Chinese and know the knowledge base."""
