"""The console of the people who work at the desk: pages below ``/desk``, made on the server."""

from desk.web.console import make_console
from desk.web.guard import Host, Route

__all__ = ["Host", "Route", "make_console"]
