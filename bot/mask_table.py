"""``python -m bot mask``: take the numbers that identify somebody out of a ledger before anything is trained on it.

The desk, which trains, knows nothing of masking; that is why the command stands here.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path

from bot.masking import mask
from desk.routing.ledger import COLUMNS, BadLedger, Example, read_ledger

LINES_NAMED = 20


def run(args: argparse.Namespace) -> int:
    """Write the masked table beside the one given. Exit status: 0 done, 1 a file cannot be read or written, 2 no such table."""
    source = Path(args.file)
    target = Path(args.out) if args.out else source.with_name(f"{source.stem}.masked.csv")
    try:
        rows = read_ledger(source)
        masked = [mask(row.text) for row in rows]
        _write(target, rows, masked)
    except BadLedger as error:
        print(error, file=sys.stderr)
        return 2
    except FileExistsError:
        print(f"{target} 已经存在，没有改动它。用 --out 写别的文件名", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"文件读不了或写不了：{error.strerror}", file=sys.stderr)
        return 1
    changed = [row.line for row, text in zip(rows, masked) if text != row.text]
    print(f"共{len(rows)}行，{len(changed)}行里有证件号、电话、卡号、邮箱或车牌，已遮盖，写到 {target}")
    if changed:
        more = "……" if len(changed) > LINES_NAMED else ""
        print(f"遮盖的行：{'、'.join(map(str, changed[:LINES_NAMED]))}{more}")
    print("姓名和地址认不出来，没有遮盖，请自己看一遍。只留下了 text 和 label 两列。")
    return 0


def _write(target: Path, rows: list[Example], masked: list[str]) -> None:
    """A new file that only this user can read; one that is there is never written over."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        table.writerows(zip(masked, (row.label for row in rows)))
