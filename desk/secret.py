"""The key that tokens and sealed numbers hang on."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from policy_kb.settings import var_folder


def secret_key() -> str:
    """``HUIMIN_SECRET_KEY``, else one made once under ``var/`` that only this user can read."""
    given = os.environ.get("HUIMIN_SECRET_KEY")
    if given:
        return given
    file = var_folder() / "secret_key"
    if not file.exists() or not file.read_text().strip():
        # Written whole before it gets its name: of two processes one wins, and neither reads half a key.
        handle, name = tempfile.mkstemp(prefix="secret_key.", dir=file.parent)  # mode 600
        draft = Path(name)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_hex(32))
        if file.exists() and not file.read_text().strip():
            file.unlink(missing_ok=True)  # left empty by a full disk: no key at all
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()
