"""What people make of the figures, in words: written by hand after the run, and part of the page."""

FINDINGS = """
## What we make of it

- **Without an extra hour both figures can be had in this centre**, by a wide margin, with all five levers
  together; no guardrail is broken. Two levers do nearly all of it: hours that lie where the calls are,
  and handlers who take both lines. Each alone is worth about as much as the letter claims, and each still
  adds as much when it comes last.
- **By the strict rule the answer is narrower.** A lever that breaks a guardrail by itself is rejected, and
  three of five are. What is left, roster and repeat calls, reaches reading B and falls a little short of the
  40% of reading A.
- **Skills and priorities** is rejected as it was assumed: with one handler kept free for 999, the busy hours
  of 101 leave too few for emergencies. With two kept free it breaks nothing. That was thought of afterwards,
  so it stands in a table of its own.
- **Call-back makes a long queue longer.** Callers who would have given up stay, and are work. It does
  nothing for the calls in time and lets everybody wait longer; where the roster is right there is nobody to
  ring back.
- **Moving calls online lowers the letter's count**, because fewer calls come, and lowers the share in time
  a little too, because whoever has begun a report is not free for a call. The work does not go away: the
  same team does it. A count of calls in time is a poor measure of such a change.
- **Fewer repeat calls** helps everybody a little and harms nobody.
- **The letter's two figures do not fit each other here.** Whatever brings 40% more calls in time, or a wait
  40% shorter, takes away far more than 20% of abandonment. Either other things happened, or the letter's
  abandonment counts callers whom no faster answer would have kept: those whom the recorded message satisfied.

What would make it untrue:

- **The before is made up, and it decides.** It keeps two desks apart and its shifts follow a pattern rather
  than the calls, with breaks at the busiest hour. A force whose desks were one already, or whose roster
  already followed its calls, has less to gain: see the tables above.
- **The forecast is perfect on average**, and only the day's chance and what the shock tables add disturb it.
- **Training for both lines takes hours**, and they are not counted. Sharing out the hours differently costs
  people evenings, and that is not counted either.
- **The guardrails are tested many at a time**, without allowance for chance: a lever may be rejected for
  nothing, and is then rejected.
- **Who is rung back** counts as a call that is not in time and waits until then; a count that left them out
  would flatter the call-back.
"""
