"""What each role finds in this version of Darwin, and what is not built yet: said plainly on its home page.

A room that lands changes the sentences of those it serves.
"""

from django.utils.translation import gettext_lazy as _

from darwin.theme.formats import Words

TODAY: dict[str, Words] = {
    "contact_handler": _(
        "You take calls on “My call”, ring back those who gave up or were promised a call, record who "
        "is who and how they may be reached safely. You can read how the line stands and, from 30 "
        "contacts on, your own figures. Grading is not built yet."
    ),
    "contact_supervisor": _(
        "You watch the floor and the wall, have lost callers rung back, decide about numbers that are "
        "not safe to ring and stand as the second person for what takes protection away. You can join "
        "records of one person and read the figures of your own handlers. Grading is not built yet."
    ),
    "desk_operator": _(
        "You can search and keep the records of people, numbers and places, and record how somebody "
        "may be reached safely. You can read how the line stands and your own figures. The Digital "
        "Desk is not built yet."
    ),
    "duty_inspector": _(
        "You watch the floor and the wall, open single calls, decide about numbers that are not safe "
        "to ring, and restrict records and open them with a reason. Grading and incidents are not "
        "built yet."
    ),
    "quality_assessor": _(
        "You can open finished calls one by one, see who gave up, and how often a number was tried. "
        "Listening and marking are not built yet."
    ),
    "dispatcher": _(
        "Dispatch is not built yet. You can see the wall, read how the line stands, and search and "
        "keep the records of people, numbers and places."
    ),
    "officer": _(
        "Jobs are not built yet. You can search people, places and vehicles, see the warnings before "
        "you go, and record what you learn."
    ),
    "investigator": _(
        "Investigations are not built yet. You can search and keep the records of people, numbers and "
        "places, and reach somebody in a way that is safe for them."
    ),
    "investigation_supervisor": _(
        "Allocating and reviewing investigations is not built yet. You can search and keep records, "
        "join those of one person, and decide with a second person how long they are kept."
    ),
    "missing_persons_coordinator": _(
        "Missing episodes are not built yet. You can search and keep the records of people, numbers "
        "and places, and read what is set, the times of return interviews among it."
    ),
    "partner": _("Referrals are not built yet. You can read what is set, and what each role may see."),
    "resource_planner": _(
        "You can see what is forecast and how many handlers it takes, make a roster, ask the digital twin "
        "what if, and read when callers wait."
    ),
    "analyst": _(
        "You can read every measure of the line with its definition, month by month, and which records it "
        "rests on. You can read forecasts, what-ifs and how well the digital twin reproduces the past."
    ),
    "local_policing_body": _(
        "You can read the published figures of the line, small numbers suppressed. Letters are not built yet."
    ),
    "panel_reader": _(
        "You can read the published figures of the line, small numbers suppressed. The panel’s papers are "
        "not built yet."
    ),
    "chief_officer": _(
        "You can see the wall and read the force’s figures of the line. Plans, money and scrutiny are "
        "not built yet."
    ),
    "people_services": _("You can read how the line stands. Skills, postings and welfare are not built yet."),
    "finance_officer": _("You can read how the line stands. What demand costs is not built yet."),
    "inspector": _(
        "You can read the figures of the line with their definitions. Evidence for an inspection is not "
        "built yet."
    ),
    "crime_registrar": _("You can read the figures of the line. The recording of crime is not built yet."),
    "professional_standards": _(
        "You can read the figures of the line, open single calls and see how often a number was "
        "tried, each reading recorded. Complaints and conduct matters are not built yet."
    ),
    "auditor": _(
        "You can read the ledger, who changed and who looked at what, and see whether it is what was written."
    ),
    "data_protection_officer": _(
        "You can read the ledger, give entries out with their proof, answer people who ask what is "
        "held about them, hold records and decide with a second person how long they are kept, and "
        "see which records were imported."
    ),
    "administrator": _(
        "You open and close accounts, grant roles, and see whether the parts of the house are well. "
        "Operational records stay shut to you."
    ),
}
