"""What people do: conversations, messages, cases. Written by the gateway process and the ``desk`` commands only."""
