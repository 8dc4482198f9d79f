"""A second process on the same stores: for each question on a line, what the club reads."""

import json
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data_access.stores import Stores, open_stores
from tests.data_access.test_sharing_stateful import seen
from tests.support.families import KEY

if __name__ == "__main__":
    kept: dict[str, Stores] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        home = asked["home"]
        if home not in kept:
            url = f"sqlite:///{home}/registry.db"
            kept = {home: open_stores(url, Path(home), KEY, ZoneInfo(asked["zone"]))}
        print(json.dumps(seen(kept[home], datetime.fromisoformat(asked["at"]))), flush=True)
