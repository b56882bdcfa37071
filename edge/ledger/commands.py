"""What a person does to a ledger from the command line: verify, rebuild, show, export, begin a new epoch.

Each takes the ledger's folder and says on a text stream what happened; each raises `LedgerUnusable`, whose text says
what is safe and what to do. Looking works while the service runs; changing needs it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from edge.chance import Chance
from edge.clock import Clock
from edge.ledger import export as lines
from edge.ledger import rebuild as folding
from edge.ledger import verify as checking
from edge.ledger.checkpoint import origin_of
from edge.ledger.facts import Vocabulary
from edge.ledger.failures import as_unusable
from edge.ledger.ledger import Ledger
from edge.ledger.opening import inspecting, last_checkpoint, open_store
from edge.ledger.projection import Projection
from edge.ledger.rebuild import Progress
from edge.ledger.tx import Request

PROGRESS_EVERY_S = 0.5


def verify(folder: Path, out: TextIO, progress: TextIO, clock: Clock) -> None:
    """Check every hash of the journal, its Merkle tree and the last checkpoint."""
    with inspecting(folder) as (db, places, box):
        public_key = db.execute("SELECT public_key FROM identity").fetchone()[0]
        checkpoint = None if public_key is None else last_checkpoint(places, origin_of(box), public_key)
        found = checking.verify(db, box, checkpoint, meter(progress, clock, "verified"))
    print(f"All {found.seq} entries of the box {box} are whole and in order (epoch {found.epoch}).", file=out)
    print(f"chain   {found.hash.hex()}\nMerkle  {found.root.hex()}", file=out)
    seen = "No checkpoint was signed yet." if checkpoint is None else f"The checkpoint at {checkpoint.size} fits."
    print(f"{seen} What no other machine has seen could still have been written anew by root on this box.", file=out)


def rebuild(
    folder: Path,
    box: str,
    projections: Sequence[Projection],
    chance: Chance,
    out: TextIO,
    progress: TextIO,
    clock: Clock,
) -> None:
    """Drop all tables that are folded from the journal, and fold them again. The service must be stopped."""
    vocabulary = Vocabulary([fact for projection in projections for fact in projection.facts])
    opened = open_store(folder, box, chance)
    try:
        with as_unusable():
            count = folding.fold_again(opened.db, vocabulary, projections, meter(progress, clock, "folded"))
    finally:
        opened.close()
    tables = sum(len(projection.tables) for projection in projections)
    print(
        f"{tables} tables were folded again from {count} entries. The journal and the vault were not touched.", file=out
    )


def show(folder: Path, out: TextIO, *, last: int = 20, subject: str = "") -> None:
    """Print the latest entries, oldest first, and say how many earlier ones there are."""
    with inspecting(folder) as (db, _, _box):
        found = lines.latest(db, last, subject)
        earlier = lines.count_of(db, subject) - len(found)
    for entry in found:
        print(lines.text_line(entry), file=out)
    if not found:
        print("No entry yet." if not subject else f"No entry about {subject}.", file=out)
    elif earlier:
        print(
            f"{earlier} earlier {'entry is' if earlier == 1 else 'entries are'} not shown: --last N shows N.", file=out
        )


def export(folder: Path, out: BinaryIO, progress: TextIO, clock: Clock) -> int:
    """Write the whole journal as JSON lines; how many. Personal data are not in it."""
    with inspecting(folder) as (db, _, _box):
        return lines.export(db, out, meter(progress, clock, "exported"))


def begin_epoch(
    folder: Path, box: str, projections: Sequence[Projection], chance: Chance, reason: str, out: TextIO, clock: Clock
) -> None:
    """Let a journal that is shorter than what this box has signed go on from here. Only a person decides this."""
    with Ledger.open(
        folder, box=box, projections=projections, clock=clock, chance=chance, inline=True, new_epoch=True
    ) as ledger:
        entry = asyncio.run(ledger.commit(Request(), lambda tx: tx.begin_epoch(reason)))
        ledger.make_checkpoint()
    print(f"The journal goes on with entry {entry.seq} in epoch {entry.epoch}.", file=out)
    print(
        "What was written after the copy was taken is not in it: count doors, parcels and slips against it.", file=out
    )


def meter(stream: TextIO, clock: Clock, done_word: str) -> Progress:
    """Progress as lines: percent and entries a second, twice a second at most, and once at the end."""
    begun_s = last_s = clock.mono_s()

    def tell(done: int, total: int) -> None:
        nonlocal last_s
        now_s = clock.mono_s()
        if now_s - last_s < PROGRESS_EVERY_S and done < total:
            return
        last_s = now_s
        rate = f", {done / (now_s - begun_s):,.0f} entries/s" if now_s > begun_s else ""
        print(f"{done * 100 // total:3d} %  {done_word} {done:,} of {total:,}{rate}", file=stream, flush=True)

    return tell
