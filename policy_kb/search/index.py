"""The index on disk: groups of records in a tantivy index, written by one process at a time, read by any number.

A group is one document, or the curated base. Layout of the folder: ``v3/`` (tantivy's own files and ``groups.json``, the
fingerprint of every group that is surely in the index) and ``lock``. What is searched and how it is cut changes with
the number of the version; an index of another version is made anew beside the old one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from policy_kb.language import text as tx
from policy_kb.search.records import CLAUSE, Record, unpacked

LAYOUT = "v3"
Group = tuple[str, str, Callable[[], Iterable[Record]]]

BODY, HEAD, SOUND, META, CARD = "body", "head", "sound", "meta", "card"


class IndexBusy(Exception):
    """Another process is writing the index and did not finish in time."""


@dataclass(frozen=True)
class Synced:
    """What one :meth:`SearchIndex.sync` did, in groups; ``records`` counts those written."""

    written: int
    removed: int
    unchanged: int
    records: int


def _schema() -> tantivy.Schema:
    s = tantivy.SchemaBuilder()
    s.add_text_field("id", tokenizer_name="raw", index_option="basic")
    s.add_text_field("group", tokenizer_name="raw", index_option="basic")
    for name in (BODY, HEAD, SOUND):
        s.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    s.add_text_field(META, tokenizer_name="whitespace", index_option="basic")
    s.add_unsigned_field(CARD, fast=True)
    s.add_bytes_field("data", stored=True)
    return s.build()


def _document(group: str, r: Record) -> tantivy.Document:
    body = tx.fold(f"{r.lead} {r.text} {r.plain}")
    head = tx.fold(" ".join((r.title, *(() if r.document == r.title else (r.document,)), r.section, *r.headings)))
    meta = [f"t:{r.type}", f"r:{r.region or 'none'}", *(f"b:{b}" for b in r.benefits)]
    if r.aspect:
        meta.append(f"a:{r.aspect}")
    d = tantivy.Document()
    d.add_text("id", r.id)
    d.add_text("group", group)
    d.add_text(BODY, " ".join(tx.terms(body)))
    d.add_text(HEAD, " ".join(tx.terms(head)))
    d.add_text(SOUND, " ".join(tx.sounds(f"{head} {body}")))
    d.add_text(META, " ".join(meta))
    d.add_unsigned(CARD, int(r.type != CLAUSE))
    d.add_bytes("data", r.packed())
    return d


class SearchIndex:
    """An index in ``folder``; opening makes nothing, so that a process that only reads leaves no trace."""

    def __init__(self, folder: Path, heap_mb: int = 64):
        self.folder = Path(folder)
        self._home = self.folder / LAYOUT
        self._state = self._home / "groups.json"
        self._heap = heap_mb * 2**20
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._seen: tuple[int, int] | None = None
        self.schema = _schema()

    # --- reading

    def searcher(self) -> tantivy.Searcher | None:
        """The newest committed state, or None where nothing was ever written. One whole commit, never half of one."""
        try:
            stat = os.stat(self._home / "meta.json")
        except FileNotFoundError:
            return None
        seen = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            if self._index is None:
                self._index = tantivy.Index(self.schema, str(self._home), reuse=True)
                self._index.config_reader(reload_policy="manual")
                self._index.reload()
            elif seen != self._seen:
                self._index.reload()
            self._seen = seen
            return self._index.searcher()

    @staticmethod
    def record(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Record:
        return unpacked(bytes(searcher.doc(address)["data"][0]))

    # --- writing

    def sync(self, groups: Iterable[Group], wait: float = 60.0) -> Synced:
        """Make the index hold exactly these groups: ``(group id, fingerprint, function giving its records)``.

        A group whose fingerprint is unchanged is left alone, a changed one is replaced, one not named is deleted; readers
        see all of it at once or nothing. May be repeated at any time. Records are taken one at a time, so a group may be
        of any size. Raises :class:`IndexBusy` where another process is still writing after ``wait`` seconds.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        with self._sole_writer(wait):
            known = self._groups()
            wanted: dict[str, str] = {}
            changed: list[Group] = []
            for group, fingerprint, records in groups:
                wanted[group] = fingerprint
                if known.get(group) != fingerprint:
                    changed.append((group, fingerprint, records))
            gone = [g for g in known if g not in wanted]
            written = self._write(known, changed, gone) if changed or gone else 0
            if wanted != known:
                self._save(wanted)
            self._remove_other_layouts()
        return Synced(len(changed), len(gone), len(wanted) - len(changed), written)

    def _write(self, known: dict[str, str], changed: Sequence[Group], gone: Sequence[str]) -> int:
        # From here until the end a crash must leave these groups marked as unknown, else a later call with the old
        # fingerprint would take them for done.
        unsure = {g for g, _, _ in changed} | set(gone)
        self._save({g: f if g not in unsure else "" for g, f in known.items()} | dict.fromkeys(unsure, ""))
        index = tantivy.Index(self.schema, str(self._home), reuse=True)
        writer = index.writer(heap_size=self._heap, num_threads=1)
        try:
            for group in gone:
                writer.delete_documents_by_term("group", group)
            count = 0
            for group, _, records in changed:
                writer.delete_documents_by_term("group", group)
                for record in records():
                    writer.add_document(_document(group, record))
                    count += 1
            writer.commit()
            writer.wait_merging_threads()
        except BaseException:
            with contextlib.suppress(Exception):
                writer.rollback()
            raise
        return count

    def _groups(self) -> dict[str, str]:
        if not (self._home / "meta.json").exists():
            return {}
        try:
            return json.loads(self._state.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            # An index without its list: nothing in it can be relied on, so it begins anew.
            shutil.rmtree(self._home)
            self._home.mkdir()
            return {}

    def _save(self, groups: dict[str, str]) -> None:
        new = self._state.with_suffix(".new")
        new.write_text(json.dumps(groups, ensure_ascii=False), "utf-8")
        with open(new, "rb") as file:
            os.fsync(file.fileno())
        os.replace(new, self._state)

    @contextlib.contextmanager
    def _sole_writer(self, wait: float) -> Iterator[None]:
        end = time.monotonic() + wait
        with open(self.folder / "lock", "w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= end:
                        raise IndexBusy(f"另一个进程正在更新检索索引，等了 {wait:g} 秒仍未结束，请稍后再试") from None
                    time.sleep(0.05)
            yield

    def _remove_other_layouts(self) -> None:
        for other in self.folder.glob("v*"):
            if other != self._home and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)
