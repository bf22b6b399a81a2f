"""How well and how fast people are found, beside a plain search and a fuzzy one over every name.

    python bench/search.py [--people 500000]

Invents people (nobody real), plants those of search_people.csv among them, asks the hand-written questions of
search_queries.csv, and prints recall and precision at 10, median and p95 milliseconds, by kind of question.
Relevant to a question is the planted person it was written for, and nobody else. In the same run, on the same
people: PostgreSQL's ILIKE on every word, and rapidfuzz's token_set_ratio over all names held in memory. Works
in an embedded PostgreSQL of its own, which is thrown away.
"""

import argparse
import csv
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).resolve().parent
SEED = 20_261_127
TEN = 10
_PEER_QUESTIONS = 60

# Given and family names by where they are common, and roughly how much of the population bears them.
ENGLISH_GIVEN = """
oliver george harry jack jacob noah charlie thomas oscar william james john robert david michael
paul andrew peter mark stephen richard christopher daniel matthew anthony kevin gary ian alan brian
steven simon martin amelia olivia emily isla ava jessica ella isabella poppy margaret mary susan
patricia christine linda jean elizabeth sarah karen jacqueline julie helen nicola claire rebecca
laura emma rachel lisa joanne tracey ann samantha charlotte hannah lucy katie gemma donna louise
jennifer sharon deborah dorothy joan doris edward henry arthur alfred leonard frederick joseph
samuel benjamin ryan adam luke nathan lewis callum connor liam
""".split()
ENGLISH_FAMILY = """
smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker white
roberts green hall wood jackson clarke clark harris lewis allen young king lee martin baker morris
ward turner hill cooper moore edwards hughes watson morgan carter bell bailey parker miller cook
davis richardson murphy price bennett cox griffiths collins shaw mitchell marshall anderson adams
phillips simpson mason rogers hunt barker gray mills lloyd webb owen stevens knight butler fisher
barnes powell reid murray foster dixon ross pearson graham campbell kelly stewart gibson wells ford
hamilton marsh hart cole day west kennedy perry spencer payne ellis chapman matthews lawrence
reynolds fox harvey russell palmer holmes rose stone hawkins dean lane burton
""".split()
SOUTH_ASIAN_GIVEN = """
mohammed muhammad ahmed ali hassan hussain imran usman bilal asif tariq rizwan adeel zain fatima
aisha khadija zainab maryam sana saima rubina nasreen shazia amina priya anjali pooja neha deepa
sunita rekha meera kavita nisha raj amit sanjay rahul vijay suresh ramesh anil ravi kiran jaspreet
harpreet manpreet gurpreet sukhvinder balwinder jaswinder parminder kuldeep gurdeep amandeep
rajinder surinder mandeep simran navdeep nazia tahir
""".split()
SOUTH_ASIAN_FAMILY = """
patel singh kaur khan ahmed ali hussain begum shah sharma mistry desai joshi mehta chauhan parmar
solanki rahman islam miah uddin choudhury chowdhury malik iqbal akhtar mahmood aslam ashraf sheikh
qureshi siddiqui mirza butt raja bibi gill sandhu dhillon sidhu grewal dhaliwal johal bains mann
sahota kang virdee bhatt trivedi pandya thakrar lad tailor modi gandhi raval vyas nair menon iyer
reddy rao das banerjee mukherjee dutta sen
""".split()
SLAVIC_GIVEN = """
piotr krzysztof andrzej tomasz pawel jan michal marcin grzegorz jakub adam lukasz mateusz kamil anna
maria katarzyna malgorzata agnieszka barbara ewa magdalena joanna aleksandra monika natalia karolina
oleksandr andriy serhiy iryna olena svitlana ion andrei mihai alexandru elena ioana cristina
georgiana maria gheorghe vasile
""".split()
SLAVIC_STEMS = """
kowal nowak wisniew wojcie kamin lewandow zielin szyman wozniak dabrow kozlow jankow mazur kwiatkow
krawczyk piotrow grabow nowakow pawlow michal nowick adamczyk dudek zajac wieczorek jablon krol
majewsk olszew jawor wrobel malinow pawlak witkow walczak stepien gorski rutkow michalak sikora
ostrow baran duda szewczyk tomaszew
""".split()
OTHER_GIVEN = """
omar youssef karim khalid ibrahim mustafa abdullah layla noor samira hana rania chinedu oluwaseun
adebayo tunde ngozi chioma amara folake kwame kofi abena akosua wei ming li xin yan hui minh thi
linh tuan abdi hodan ayaan
""".split()
OTHER_FAMILY = """
hassan ibrahim mohamed abdi osman yusuf elmi adeyemi okafor okeke balogun mensah boateng owusu
asante chen wang li zhang liu yang huang wong chan nguyen tran le pham hoang al-hashimi al-sayed el-
amin haddad mansour khoury
""".split()
WELSH_GIVEN = (
    "dylan rhys gareth huw aled ioan owain evan gwyn sion megan cerys carys bethan ffion nia".split()
)
WELSH_FAMILY = (
    "jones davies williams evans thomas roberts lloyd morgan griffiths hughes rees pritchard".split()
)
PLACE_FIRST = """
ash ald brad burn blen cart clif cran crom dal dun eas elm fair fen gar gos grim had hal ham harr
hast hazel hol horn kirk lang len lind mar mel mid nor oak pen pick rad raven red rock rush sand sel
shel skel stan stock sun sut swin thorn tun under wad wal whit wins wood wy
""".split()
PLACE_LAST = """
ton ley ford well by worth field ham wood bridge brook burn bury cott croft den dale gate grave
hurst land low man more mouth er ridge shaw stead stone thorpe thwaite wick ward worthy
""".split()


@dataclass(frozen=True, slots=True)
class Question:
    """key: the planted person it is meant for. kind: how it is wrong. text: what is typed."""

    key: str
    kind: str
    text: str


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="darwin-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ["DARWIN_DATA_DIR"] = str(Path(folder, "house"))
        from darwin.supervisor.house import open_house

        with open_house():
            print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
            keys = load(options.people)
            account = _somebody()
            _report("Darwin", ask_all(keys, questions(), _darwin(account)))
            some = random.Random(SEED).sample(questions(), _PEER_QUESTIONS)
            _report("PostgreSQL ILIKE on every word", ask_all(keys, some, _ilike))
            _report("rapidfuzz over all names", ask_all(keys, some, _rapidfuzz()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500_000)
    return parser.parse_args()


def load(people: int) -> dict[UUID, str]:
    """Store so many invented people and the planted ones; the key of each planted one by its identifier."""
    from darwin.ledger.actors import Actor
    from darwin.records.services.people import load_people

    began = time.perf_counter()
    planted = list(planted_people())
    given = [person for _key, person in planted]
    ids = load_people(actor=Actor.system("bench"), people=[*given, *invented(people - len(given))])
    print(f"{len(ids):,} people stored with their keys in {time.perf_counter() - began:,.0f} s")
    return {identifier: key for identifier, (key, _person) in zip(ids, planted, strict=False)}


def planted_people() -> Iterator[tuple[str, Any]]:
    """The people of search_people.csv, each with its key."""
    from darwin.records.births import read_birth
    from darwin.records.given import AliasGiven, PersonGiven

    with HERE.joinpath("search_people.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            given, _space, family = row["aliases"].rpartition(" ")
            alias = [AliasGiven(given_name=given, family_name=family)] if row["aliases"] else []
            yield (
                row["key"],
                PersonGiven(
                    given_name=row["given"],
                    middle_names=row["middle"],
                    family_name=row["family"],
                    birth=read_birth(row["born"], 2026),
                    aliases=alias,
                    numbers=[row["number"]],
                ),
            )


def questions() -> list[Question]:
    """The questions of search_queries.csv."""
    with HERE.joinpath("search_queries.csv").open(encoding="utf-8", newline="") as file:
        return [Question(row["key"], row["kind"], row["query"]) for row in csv.DictReader(file)]


def invented(people: int, seed: int = SEED) -> Iterator[Any]:
    """So many people nobody is, with the names of a British city: common ones often, and a long tail."""
    from darwin.records.births import Birth
    from darwin.records.given import AliasGiven, PersonGiven

    chance = random.Random(seed)
    for number in range(people):
        given, family = _name(chance)
        middle = _name(chance)[0] if chance.random() < 0.4 else ""
        birth = Birth(chance.randint(1930, 2015), chance.randint(1, 12), chance.randint(1, 28))
        if chance.random() < 0.06:
            birth = Birth(birth.year)
        other = [AliasGiven(given_name=given, family_name=_name(chance)[1])] if chance.random() < 0.06 else []
        # No country has the code 999: these can be nobody's numbers.
        numbers = [f"+999{chance.randrange(10**9):09}"] if number % 2 else []
        yield PersonGiven(
            given_name=given,
            middle_names=middle,
            family_name=family,
            birth=birth,
            aliases=other,
            numbers=numbers,
        )


def _name(chance: random.Random) -> tuple[str, str]:
    group = chance.random()
    if group < 0.60:
        given, family = _often(chance, ENGLISH_GIVEN), _english_family(chance)
    elif group < 0.82:
        given, family = _often(chance, SOUTH_ASIAN_GIVEN), _often(chance, SOUTH_ASIAN_FAMILY)
    elif group < 0.91:
        ending = chance.choice(("ski", "ska", "cki", "czyk", "owski", "iak", "enko", "escu", "ov", "ova"))
        given, family = _often(chance, SLAVIC_GIVEN), chance.choice(SLAVIC_STEMS) + ending
    elif group < 0.97:
        given, family = _often(chance, OTHER_GIVEN), _often(chance, OTHER_FAMILY)
    else:
        given, family = _often(chance, WELSH_GIVEN), _often(chance, WELSH_FAMILY)
    if chance.random() < 0.05:
        family = f"{family}-{_english_family(chance)}"
    # As records are: some names are written down wrong, so that there are many more words than names.
    if chance.random() < 0.06:
        family = _slip(chance, family)
    if chance.random() < 0.04:
        given = _slip(chance, given)
    return given.title(), family.title()


def _english_family(chance: random.Random) -> str:
    if chance.random() < 0.55:
        return _often(chance, ENGLISH_FAMILY)
    return chance.choice(PLACE_FIRST) + chance.choice(PLACE_LAST)


def _often(chance: random.Random, names: Sequence[str]) -> str:
    """The first names of a list many times as often as the last."""
    return names[int(len(names) * chance.random() ** 2.2)]


def _slip(chance: random.Random, name: str) -> str:
    place = chance.randrange(1, len(name))
    letter = chance.choice("abcdefghijklmnoprstuvyz")
    kind = chance.randrange(3)
    if kind == 0:
        return name[:place] + letter + name[place:]
    if kind == 1:
        return name[:place] + name[place + 1 :]
    return name[:place] + letter + name[place + 1 :]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one question: whether its person was among ten, how many were shown, and how long."""

    question: Question
    found: bool
    first: bool
    shown: int
    milliseconds: float


Ask = Callable[[str], list[UUID]]


def ask_all(keys: dict[UUID, str], asked: Sequence[Question], ask: Ask) -> list[Told]:
    """Ask every question once, after three to warm up."""
    for question in asked[:3]:
        ask(question.text)
    told = []
    for question in asked:
        began = time.perf_counter()
        ten = ask(question.text)[:TEN]
        took = (time.perf_counter() - began) * 1000
        places = [keys.get(identifier) for identifier in ten]
        told.append(Told(question, question.key in places, places[:1] == [question.key], len(ten), took))
    return told


def _darwin(account: Any) -> Ask:
    from darwin.records.searching import search_people
    from darwin.reference.queries import one_version

    def ask(text: str) -> list[UUID]:
        with one_version():
            matches = search_people(text, account, TEN)
        assert all(match.reasons for match in matches), text
        return [match.person_id for match in matches]

    return ask


def _ilike(text: str) -> list[UUID]:
    from django.db import connection

    words = [word for word in text.replace(",", " ").replace("-", " ").split() if not word[0].isdigit()] or [
        text
    ]
    condition = " AND ".join(
        ["given_name || ' ' || middle_names || ' ' || family_name ILIKE %s"] * len(words)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM records_person WHERE {condition} LIMIT {TEN}", [f"%{word}%" for word in words]
        )
        return [row[0] for row in cursor.fetchall()]


def _rapidfuzz() -> Ask:
    from django.db import connection
    from rapidfuzz import fuzz, process, utils

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, concat_ws(' ', given_name, middle_names, family_name) FROM records_person")
        rows = cursor.fetchall()
    names = [utils.default_process(name) for _identifier, name in rows]

    def ask(text: str) -> list[UUID]:
        best = process.extract(utils.default_process(text), names, scorer=fuzz.token_set_ratio, limit=TEN)
        return [rows[place][0] for _name, _score, place in best]

    return ask


def _somebody() -> Any:
    from darwin.deadlines import clock
    from darwin.staff.models import Account, RoleHolding

    account = Account.objects.create(sign_in_name="bench", display_name="Bench")
    RoleHolding.objects.create(account=account, role="contact_handler", held_from=clock.now())
    return account


def recall(told: Sequence[Told]) -> float:
    """The share of questions whose person was among the ten."""
    return sum(one.found for one in told) / len(told)


def precision(told: Sequence[Told]) -> float:
    """Of all people shown (ten at most a question), the share that was the one meant."""
    return sum(one.found for one in told) / max(1, sum(one.shown for one in told))


def _report(who: str, told: Sequence[Told]) -> None:
    times = sorted(one.milliseconds for one in told)
    first = sum(one.first for one in told) / len(told)
    print(
        f"\n{who}: {len(told)} questions\n"
        f"  recall at 10 {recall(told):.3f}   first of the list {first:.3f}"
        f"   precision at 10 {precision(told):.3f}\n"
        f"  median {statistics.median(times):,.1f} ms   p95 {times[int(0.95 * len(times))]:,.1f} ms"
        f"   longest {times[-1]:,.1f} ms"
    )
    for kind in sorted({one.question.kind for one in told}):
        some = [one for one in told if one.question.kind == kind]
        print(f"    {kind:<18}{len(some):>4}   recall {recall(some):.3f}")
    if who == "Darwin":
        for one in told:
            if not one.found:
                print(f"  not found: {one.question.text} ({one.question.kind}, {one.question.key})")


if __name__ == "__main__":
    sys.exit(main())
