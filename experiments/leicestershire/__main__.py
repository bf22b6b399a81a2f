"""python -m experiments.leicestershire [--page-only] [--short FOLDER] [--threads N]

Runs the experiment, keeps its results in results.json beside this file and writes the page from them.
--page-only writes the page from the results that are kept. --short is the small form, few months and no
conditions, and leaves results and page in the folder.
"""

import argparse
import json
import sys
from pathlib import Path

from experiments.leicestershire.centre import ASSUMED
from experiments.leicestershire.page import page

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "experiments"
SHORT_REPLICATIONS = 4


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.leicestershire")
    parser.add_argument("--short", metavar="FOLDER", type=Path, help="the small form, into this folder")
    parser.add_argument("--page-only", action="store_true", help="the page from the results that are kept")
    parser.add_argument("--threads", type=int, help="as many as there are processors")
    options = parser.parse_args(arguments)
    results_file = (options.short or HERE) / "results.json"
    if not options.page_only:
        from experiments.leicestershire.experiment import Experiment

        replications = SHORT_REPLICATIONS if options.short else ASSUMED["experiment"]["replications"]
        experiment = Experiment(replications, lambda line: sys.stderr.write(f"{line}\n"), options.threads)
        results = experiment.run(conditions=not options.short)
        results_file.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    results = json.loads(results_file.read_text("utf-8"))
    (options.short or DOCS).mkdir(exist_ok=True)
    ((options.short or DOCS) / "leicestershire.md").write_text(page(results), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
