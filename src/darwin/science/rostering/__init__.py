"""Rosters: which shifts cover what is needed at the least cost, who works them, and what can be proven.

`problem` holds the plain values, `solving.solve` makes a roster, `replanning.replan` changes one as little as
possible. `instance` reads the one-week form of people who are all alike, `weekly.solve_instance` solves it.
OR-Tools is imported only by the modules that solve.
"""
