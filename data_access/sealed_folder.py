"""A folder of Arrow files that can be made again: each carries a seal in its name and counts only while it is whole."""

import hmac
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_access.files import write_whole


@dataclass(frozen=True)
class SealedFolder:
    """Files named kind-stamp-seal.arrow, sealed by a key that is kept elsewhere."""

    folder: Path
    key: bytes

    def stamps(self, kind: str) -> Iterator[str]:
        """The stamps there are files of; whether one is whole is told by reading it."""
        for path in sorted(self.folder.glob(f"{kind}-*.arrow")):
            yield path.stem.removeprefix(f"{kind}-").rpartition("-")[0]

    def read(self, kind: str, stamp: str) -> pa.Table | None:
        """The table, None where there is no whole file; it stays readable when the file is removed."""
        for path in self.folder.glob(f"{kind}-{stamp}-*.arrow"):
            try:
                content = pa.memory_map(str(path)).read_buffer()
            except OSError:
                continue
            if hmac.compare_digest(path.stem.rpartition("-")[2], self._seal(content, kind, stamp)):
                return pa.ipc.open_file(pa.BufferReader(content)).read_all()
        return None

    def write(self, kind: str, stamp: str, table: pa.Table) -> None:
        """Keep a table."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table.combine_chunks())
        content: bytes = sink.getvalue().to_pybytes()
        name = f"{kind}-{stamp}-{self._seal(content, kind, stamp)}.arrow"
        write_whole(self.folder / name, lambda out: out.write(content))

    def sweep(self, kept: Collection[tuple[str, str]]) -> None:
        """Remove every file but these kinds and stamps; whoever is reading one keeps it."""
        prefixes = tuple(f"{kind}-{stamp}-" for kind, stamp in kept)
        for path in self.folder.glob("*.arrow"):
            if not path.name.startswith(prefixes):
                path.unlink(missing_ok=True)

    def _seal(self, content: Any, kind: str, stamp: str) -> str:
        secret = hmac.digest(self.key, f"{kind} {stamp}".encode(), "sha256")
        return hmac.digest(secret, content, "sha256").hex()[:40]
