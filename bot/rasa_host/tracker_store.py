"""A tracker store that keeps a conversation only while its turn runs: the context comes and goes with the request."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

# A rule of Rasa's has at most one message of the resident in it (``restrict_rules``), so that the turn before is all the
# history it can ask for; every further one would be replayed several times a turn.
KEPT_TURNS = 1


class SnapshotTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Trackers by conversation in this process's memory; :meth:`put` and :meth:`take` bring and fetch a context.

    Under ``rasa shell`` and ``rasa test`` nobody takes a context out and it is a plain in-memory store.
    """

    def __init__(self, domain: Any, event_broker: Any = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)
        self._trackers: dict[str, DialogueStateTracker] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._trackers[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self._trackers.get(sender_id)

    async def keys(self):
        return self._trackers.keys()

    async def delete(self, sender_id: str) -> None:
        self._trackers.pop(sender_id, None)

    def put(self, sender_id: str, context: dict[str, Any] | None) -> None:
        """Rebuild the tracker from ``context``: slots, active loop and the last turn's events."""
        context = context or {}
        tracker = DialogueStateTracker.from_events(
            sender_id,
            [SlotSet(name, value) for name, value in (context.get("slots") or {}).items()],
            slots=self.domain.slots,
            domain=self.domain,
        )
        if context.get("loop"):
            tracker.update(ActiveLoop(context["loop"]), self.domain)
        for event in deserialise_events(context.get("events") or []):
            tracker.update(event, self.domain)
        self._trackers[sender_id] = tracker

    def take(self, sender_id: str) -> dict[str, Any]:
        """Remove the tracker and return its context, bounded to the last turn and the loop that was active before it.

        Of the events neither the resident's words nor what was said to them are kept: rules need the intents and actions only.
        The words of the question last answered are a slot, masked as they came, so that it can be answered once more.
        """
        tracker = self._trackers.pop(sender_id)
        events = [e for e in tracker.applied_events() if e.type_name in {"user", "action", "active_loop"}]
        starts = [i for i, e in enumerate(events) if isinstance(e, UserUttered)]
        loop = None
        if len(starts) > KEPT_TURNS:
            before, events = events[: starts[-KEPT_TURNS]], events[starts[-KEPT_TURNS] :]
            loop = next((e.name for e in reversed(before) if isinstance(e, ActiveLoop)), None)
        slots = {k: s.value for k, s in tracker.slots.items() if s.value is not None and k != "session_started_metadata"}
        return {"v": 1, "slots": slots, "loop": loop, "events": [_without_words(e.as_dict()) for e in events]}

    def discard(self, sender_id: str) -> None:
        """Forget a turn that failed."""
        self._trackers.pop(sender_id, None)


def _without_words(event: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in event.items() if k in {"event", "timestamp", "name", "policy", "confidence", "text"}}
    if event["event"] == "user":
        intent = {"name": event["parse_data"]["intent"]["name"], "confidence": 1.0}
        kept |= {"text": "", "parse_data": {"intent": intent, "entities": [], "text": ""}}
    return kept
