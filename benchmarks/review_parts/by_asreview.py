"""ASReview's default model on one labelled set, in an environment of its own: prints orders of reading and seconds.

Usage: by_asreview.py LABELLED.csv SEED ... ; one line of JSON a seed.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pandas as pd
from asreview import ActiveLearningCycle, Simulate
from asreview.models.models import get_ai_config


def main(path: str, seeds: list[int]) -> None:
    table = pd.read_csv(path, keep_default_na=False, dtype=str)
    table = table[table["duplicate_record_id"] == ""].reset_index(drop=True)
    y = (table["label_included"] == "1").to_numpy().astype(int)
    texts = table[["title", "abstract"]]
    for seed in seeds:
        rng = np.random.default_rng(seed)  # the same first two cases as ours
        first = [int(rng.choice(np.flatnonzero(y == 1))), int(rng.choice(np.flatnonzero(y == 0)))]
        begun = time.process_time()
        cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
        play = Simulate(texts, y, [cycle], print_progress=False)
        play.label(first)
        play.review()
        order = play._results["record_id"].astype(int).tolist()
        print(json.dumps({"seed": seed, "cpu": time.process_time() - begun, "order": order}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], [int(one) for one in sys.argv[2:]])
