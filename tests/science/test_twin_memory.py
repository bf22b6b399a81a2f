"""A replication's memory is used again by the next one of its thread; nothing of the first may be left."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from darwin.science.twin.model import Scenario
from darwin.science.twin.run import Replication, replicate
from darwin.science.twin.scenario import read_scenario

CROWDED = """
days = 2
[[types]]
name = "first"
rate_per_hour = 200
talk = { law = "lognormal", mean = 400, cv = 1.5 }
wrap = { law = "exponential", mean = 60 }
patience = { law = "exponential", mean = 900 }
redial = { probability = 0.7, delay = { law = "exponential", mean = 3000 } }
callback = { accepted = 0.3, reached = 0.5 }
vulnerable = 0.3
[[types]]
name = "chats"
channel = "chat"
rate_per_hour = 30
talk = { law = "empirical", values = [100, 900] }
[[groups]]
name = "one"
skills = ["first", "chats"]
chats = 3
absence = 0.2
shifts = [{ start = "06:00", hours = 16, handlers = 20 }, { start = "21:00", hours = 12, handlers = 9 }]
[[groups]]
name = "two"
skills = ["first"]
handlers = 3
"""
QUIET = """
days = 2
[[types]]
name = "only"
rate_per_hour = 30
talk = { law = "exponential", mean = 400 }
patience = { law = "exponential", mean = 300 }
[[groups]]
name = "three"
skills = ["only"]
handlers = [3, 3, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3]
"""


def in_a_new_thread(*scenarios: Scenario) -> Replication:
    """The last of some replications, run one after the other by a thread that had run none."""
    with ThreadPoolExecutor(1) as pool:
        return [pool.submit(replicate, scenario, 7, 0).result() for scenario in scenarios][-1]


def test_a_replication_is_the_same_whatever_ran_in_its_memory_before() -> None:
    crowded, quiet = read_scenario(CROWDED), read_scenario(QUIET)
    for before, scenario in ((crowded, quiet), (quiet, crowded), (crowded, crowded)):
        alone, after = in_a_new_thread(scenario), in_a_new_thread(before, scenario)
        assert alone.counts.sum() > 0
        np.testing.assert_array_equal(alone.counts, after.counts)
        np.testing.assert_array_equal(alone.busy_s, after.busy_s)
        np.testing.assert_array_equal(alone.staffed_s, after.staffed_s)


def test_what_a_replication_found_stays_when_the_next_one_runs() -> None:
    crowded, quiet = read_scenario(CROWDED), read_scenario(QUIET)
    first = replicate(crowded, 7, 0)
    kept = first.counts.copy()
    replicate(quiet, 7, 0)
    np.testing.assert_array_equal(first.counts, kept)
