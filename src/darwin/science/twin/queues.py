"""What waits for its time and who waits in line: two heaps, and lists that anybody can leave.

Source of the heaps: D. E. Knuth, The Art of Computer Programming 3, 5.2.3; four children a node, because they
share a cache line (A. LaMarca, R. E. Ladner, The influence of caches on the performance of heaps, 1996).
"""

import math

from darwin.science.kernels import inlined, part
from darwin.science.twin.state import State


@part
def schedule(s: State, at: float, kind: int, index: int) -> None:
    """Put an event into the heap. The first event to be scheduled while one is handled takes its place."""
    events = s.events
    if s.hole:
        s.hole = 0
        sink(s, at, 8 * index + kind)
        return
    hole = s.event_count
    s.event_count += 1
    while hole > 0:
        parent = (hole - 1) >> 2
        if events[parent].at <= at:
            break
        events[hole].at, events[hole].what = events[parent].at, events[parent].what
        hole = parent
    events[hole].at, events[hole].what = at, 8 * index + kind


@inlined
def sink(s: State, at: float, what: int) -> None:
    """Put an event where the first one was, and let it sink to its place."""
    events, count = s.events, s.event_count
    hole = 0
    while True:
        child = 4 * hole + 1
        if child >= count:
            break
        least, when = child, events[child].at
        for other in range(child + 1, min(child + 4, count)):
            if events[other].at < when:
                least, when = other, events[other].at
        if at <= when:
            break
        events[hole].at, events[hole].what = when, events[least].what
        hole = least
    events[hole].at, events[hole].what = at, what


@part
def drop_first(s: State) -> None:
    """Take the first event out of the heap: it was handled and nothing took its place."""
    s.hole = 0
    s.event_count -= 1
    last = s.events[s.event_count]
    at, what = last.at, last.what
    sink(s, at, what)


@inlined
def first_deadline(s: State) -> float:
    """When the next of those who wait gives up; infinite if nobody will."""
    return s.contacts[s.patient[0]].deadline if s.patient_count > 0 else math.inf


@part
def _rise(s: State, place: int, contact: int) -> None:
    contacts, patient, at = s.contacts, s.patient, s.contacts[contact].deadline
    while place > 0:
        parent = (place - 1) >> 1
        if contacts[patient[parent]].deadline <= at:
            break
        patient[place] = patient[parent]
        contacts[patient[place]].place = place
        place = parent
    patient[place] = contact
    contacts[contact].place = place


@inlined
def wait_until(s: State, contact: int, deadline: float) -> None:
    """This contact gives up at `deadline` if it still waits."""
    s.contacts[contact].deadline = deadline
    s.patient_count += 1
    _rise(s, s.patient_count - 1, contact)


@inlined
def no_deadline(s: State, contact: int) -> None:
    """This contact no longer waits: take its deadline out, if it has one."""
    contacts, patient = s.contacts, s.patient
    hole = contacts[contact].place
    if hole < 0:
        return
    contacts[contact].place = -1
    s.patient_count -= 1
    count = s.patient_count
    if hole == count:
        return
    last = patient[count]
    at = contacts[last].deadline
    while True:
        child = 2 * hole + 1
        if child >= count:
            break
        if child + 1 < count and contacts[patient[child + 1]].deadline < contacts[patient[child]].deadline:
            child += 1
        if at <= contacts[patient[child]].deadline:
            break
        patient[hole] = patient[child]
        contacts[patient[hole]].place = hole
        hole = child
    _rise(s, hole, last)


@inlined
def stand_in_line(s: State, contact: int, line: int) -> None:
    """The contact goes to the end of the line. Its `arrived` is what the line's order goes by."""
    lines, contacts = s.lines, s.contacts
    contacts[contact].line, contacts[contact].next = line, -1
    contacts[contact].previous = lines[line].tail
    if lines[line].waiting == 0:
        lines[line].head, lines[line].since = contact, contacts[contact].arrived
    else:
        contacts[lines[line].tail].next = contact
    lines[line].tail = contact
    lines[line].waiting += 1
    s.waiting += 1
    s.types[lines[line].type].waiting += 1


@inlined
def leave_line(s: State, contact: int) -> None:
    """The contact leaves its line, from wherever it stands, and its deadline is taken out."""
    lines, contacts = s.lines, s.contacts
    line, before, after = contacts[contact].line, contacts[contact].previous, contacts[contact].next
    lines[line].waiting -= 1
    s.waiting -= 1
    s.types[lines[line].type].waiting -= 1
    if lines[line].waiting > 0:
        if before >= 0:
            contacts[before].next = after
        else:
            contacts[after].previous = -1
            lines[line].head, lines[line].since = after, contacts[after].arrived
        if after >= 0:
            contacts[after].previous = before
        else:
            lines[line].tail = before
    else:
        lines[line].tail = -1
    no_deadline(s, contact)
