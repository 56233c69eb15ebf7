"""Read the knowledge store: a whole version at a time, and notice when there is a newer one."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from policy_kb import knowledge as kn
from policy_kb import tables as t
from policy_kb.eligibility.schema import FactSpec, RuleSpec
from policy_kb.engines import open_engine, reading

log = logging.getLogger("huimin.knowledge")

# Another room may keep its tables, and its own revision, in the same database.
VERSION_TABLE = "kb_alembic_version"
SHORTEST_PAUSE = 0.05
_MIGRATED = sa.table(VERSION_TABLE)

# Tables whose rows are the objects themselves.
PLAIN = (
    ("benefits", kn.Benefit),
    ("topics", kn.Topic),
    ("audiences", kn.AudienceGroup),
    ("aspects", kn.AspectName),
    ("offices", kn.Office),
    ("needs", kn.Need),
    ("institution_kinds", kn.InstitutionKind),
    ("emergencies", kn.Emergency),
    ("out_of_scope", kn.OutOfScope),
)


class NothingLoaded(Exception):
    """The store holds no version yet, or one of an earlier program that must be loaded again."""


def revision(engine: Engine) -> str | None:
    """The revision of the store's tables; None where no migration ever ran."""
    with engine.connect() as db:
        if not sa.inspect(db).has_table(VERSION_TABLE):
            return None
        return db.execute(sa.select(sa.column("version_num")).select_from(_MIGRATED)).scalar()


def current_version(engine: Engine) -> int:
    """The store's newest ``kb_version``; 0 where nothing was loaded by this program."""
    newest = sa.select(sa.func.max(t.kb_versions.c.number))
    with reading(engine) as db:
        try:
            # Asked every second: that migrations ever ran is seen from the same question.
            return db.execute(newest.where(sa.exists(sa.select(sa.column("version_num")).select_from(_MIGRATED)))).scalar() or 0
        except (sa.exc.OperationalError, sa.exc.ProgrammingError):  # a table is not there, or the store cannot be read
            pass
    if revision(engine) is None:
        return 0
    with reading(engine) as db:
        return db.execute(newest).scalar() or 0


def read(engine: Engine) -> kn.KnowledgeBase:
    """The newest version, read in one transaction. Raises :class:`NothingLoaded`."""
    if not current_version(engine):
        raise NothingLoaded("the knowledge store is empty")

    def tuples(row) -> dict[str, Any]:
        values = dict(row._mapping)
        values.pop("position", None)
        return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}

    with reading(engine) as db:
        def rows(table: sa.Table) -> list[dict[str, Any]]:
            query = sa.select(table)
            if "position" in table.c:
                query = query.order_by(table.c.position)
            return [tuples(r) for r in db.execute(query)]

        version = db.execute(sa.select(sa.func.max(t.kb_versions.c.number))).scalar()
        plain = {name: [cls(**r) for r in rows(t.metadata.tables[name])] for name, cls in PLAIN}
        regions = [kn.Region(**r) for r in rows(t.regions)]
        documents = [kn.Document(**r) for r in rows(t.documents)]
        provisions = tuple(_provision(r) for r in rows(t.provisions))
        institutions = [_institution(r) for r in rows(t.institutions)]
        leads = tuple(kn.Lead(**r) for r in rows(t.leads))
        facts = [FactSpec.model_validate(r["body"]) for r in rows(t.household_facts)]
        rules = [RuleSpec.model_validate(r["body"]) for r in rows(t.rules)]
        words = {r["key"]: r["value"] for r in rows(t.vocabulary)}
    keyed = {name: {x.id: x for x in plain[name]} for name in ("benefits", "topics", "audiences", "aspects", "offices", "needs",
                                                     "institution_kinds")}
    return kn.KnowledgeBase(
        version=version,
        regions={r.code: r for r in regions},
        documents={d.id: d for d in documents},
        provisions=provisions,
        institutions={i.id: i for i in institutions},
        leads=leads,
        emergencies=tuple(plain["emergencies"]),
        out_of_scope=tuple(plain["out_of_scope"]),
        everyday_words=frozenset(words.get("everyday_words", ())),
        seeking_words=frozenset(words.get("seeking_words", ())),
        wording=words.get("wording", {}),
        household_facts={f.id: f for f in facts},
        rules=tuple(rules),
        answer_words=words.get("answer_words", {}),
        **keyed,
    )


def _evidence(row: dict[str, Any]) -> kn.Evidence | None:
    clause, start, end = row.pop("clause"), row.pop("span_start"), row.pop("span_end")
    return kn.Evidence(clause, start, end) if clause is not None else None


def _institution(row: dict[str, Any]) -> kn.Institution:
    return kn.Institution(evidence=_evidence(row), **row)


def _provision(row: dict[str, Any]) -> kn.Provision:
    audience = kn.Audience(
        row.pop("residence"), row.pop("age_from"), row.pop("age_to"), row.pop("category"), row.pop("audience_label")
    )
    return kn.Provision(evidence=_evidence(row), **row, audience=audience)


@lru_cache(maxsize=8)
def shared_reader(url: str) -> Reader:
    """The process's one reader of this store: whoever asks sees the same objects, read once."""
    return Reader(open_engine(url, read_only=True))


class Reader:
    """Gives the current knowledge base; looks for a newer version at most every ``every`` seconds.

    Safe to use from several threads. A version that cannot be read leaves the last good one in place.
    """

    def __init__(self, engine: Engine, every: float = 1.0):
        self._engine, self._every = engine, every
        self._lock = threading.Lock()
        self._kb: kn.KnowledgeBase | None = None
        self._looked = 0.0
        self._watch: threading.Event | None = None
        self._prepare: Callable[[kn.KnowledgeBase], object] = lambda kb: None

    @property
    def watched(self) -> kn.KnowledgeBase | None:
        """What the thread of :meth:`watch` found, without any look at the store; None where it does not run or found nothing."""
        return self._kb if self._watch else None

    def get(self) -> kn.KnowledgeBase:
        """The newest knowledge base. Raises :class:`NothingLoaded` while there is none."""
        kb = self._kb
        if kb is not None and (self._watch or time.monotonic() - self._looked < self._every):
            return kb
        with self._lock:
            return self._look()

    def loaded_at(self) -> dt.datetime | None:
        """When the newest version was loaded; None where there is none. Asks the store."""
        newest = sa.select(sa.func.max(t.kb_versions.c.loaded_at))
        with reading(self._engine) as db:
            moment = db.execute(newest).scalar()
        return moment.replace(tzinfo=dt.timezone.utc) if moment is not None and moment.tzinfo is None else moment

    def watch(self, prepare: Callable[[kn.KnowledgeBase], object]) -> None:
        """Look for newer versions in a thread from now on, so that whoever asks never waits for one to be read.

        ``prepare`` is called with each version before anybody gets it, the first included: what is worked out from a whole
        base is there when it is swapped in.
        """
        with self._lock:
            self._prepare = prepare
            if self._kb is not None:
                prepare(self._kb)
        self._watch = threading.Event()
        threading.Thread(target=self._keep_looking, args=(self._watch,), name="knowledge", daemon=True).start()

    def hang_up(self) -> None:
        """Close the connections to the store that lie idle: whoever forks must not share them with its children."""
        self._engine.dispose()

    def stop(self) -> None:
        """End what :meth:`watch` began."""
        if self._watch:
            self._watch.set()
            self._watch = None

    def _keep_looking(self, over: threading.Event) -> None:
        while not over.wait(max(self._every, SHORTEST_PAUSE)):
            try:
                with self._lock:
                    self._look()
            except NothingLoaded:
                pass
            except Exception:
                log.exception("could not look for a newer version of the knowledge")

    def _look(self) -> kn.KnowledgeBase:
        self._looked = time.monotonic()
        try:
            if self._kb is None or current_version(self._engine) != self._kb.version:
                kb = read(self._engine)
                self._prepare(kb)
                self._kb = kb
        except (sa.exc.SQLAlchemyError, NothingLoaded):
            if self._kb is None:
                raise
        return self._kb
