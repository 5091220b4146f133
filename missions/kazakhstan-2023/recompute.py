#!/usr/bin/env python3
"""Computes every figure again, from exported answers alone: python3 recompute.py FOLDER [figures.csv]

FOLDER holds one <checklist>.csv for each checklist and people.csv. The rules are written out here by hand and are read from
nowhere; of figures.csv only the columns id, value and tolerance are read, to compare. Exits 1 when a figure differs."""

import csv
import pathlib
import sys
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
MISSING = {"", "?dk", "?np", "?na"}
PARTIES = ["amanat", "auyl", "respublica", "aq_jol", "ppk", "nsdp", "baytaq"]


class Table:
    """The rows of a checklist that count."""

    def __init__(self, folder, checklist):
        self.rows = []
        path = folder / f"{checklist}.csv"
        if path.exists():
            with open(path, newline="", encoding="utf-8") as file:
                self.rows = [row for row in csv.DictReader(file) if row["status"] == "counted"]

    def known(self, question):
        """Answers that are neither blank, hidden nor missing."""
        return [row[question] for row in self.rows if row[question] not in MISSING]

    def count(self, question, *wanted):
        """How many of the known answers are one of those wanted."""
        return sum(answer in wanted for answer in self.known(question))

    def percent(self, question, *wanted):
        return percent(self.count(question, *wanted), len(self.known(question)))

    def chosen(self, question):
        """Sets of choices, for questions with several."""
        return [set(answer.split()) for answer in self.known(question)]

    def share(self, part, whole):
        """A sum over a sum, from the rows that have both numbers."""
        both = [(row[part], row[whole]) for row in self.rows if row[part] not in MISSING and row[whole] not in MISSING]
        below = sum(Fraction(w) for _, w in both)
        return sum(Fraction(p) for p, _ in both) / below if below else None

    def places(self):
        """The latest row of each place."""
        last = {}
        for row in sorted(self.rows, key=lambda row: int(row["received_index"])):
            last[row["place"]] = row
        return list(last.values())


def percent(count, base):
    """Rounded half up to a whole number, without floating point."""
    return (200 * count + base) // (2 * base) if base else None


def majority(count, base):
    return "majority" if 2 * count > base else "no majority"


def opening(table):
    yield "opening.observed", len(table.rows)
    yield "opening.positive", table.count("overall", "very_good", "good")


def voting(table):
    yield "voting.observed", len(table.rows)
    yield "voting.positive", table.percent("overall", "very_good", "good")
    yield "voting.secrecy_not_ensured", table.percent("secrecy", "no")
    yield "voting.overcrowded", table.percent("overcrowded", "yes")
    yield "voting.group_voting", table.percent("group_voting", "yes")
    yield "voting.ballots_photographed", table.percent("photographed", "yes")
    yield "voting.avc_not_retained", table.percent("avc_retained", "no")
    yield "voting.unauthorised_present", table.percent("unauthorised", "yes")
    present = table.chosen("party_present")
    yield "voting.party_observers_present", percent(sum("none" not in who for who in present), len(present))
    yield "voting.amanat_observers_present", percent(sum("amanat" in who for who in present), len(present))
    yield "voting.citizen_observers_present", table.percent("citizen_observers", "yes")
    yield "voting.no_clear_view", table.percent("clear_view", "no")
    yield "voting.ieom_restricted", table.percent("ieom_restricted", "yes")
    yield "voting.no_independent_access", table.percent("access_independent", "no")
    yield "voting.layout_unsuitable", table.percent("layout_suitable", "no")
    yield "voting.no_special_equipment", table.percent("special_equipment", "no")
    yield "voting.women_members", table.share("members_women", "members_total")
    yield "voting.women_chairs", majority(table.count("chair_woman", "yes"), len(table.known("chair_woman")))


def closing_count(table):
    yield "count.observed", len(table.rows)
    yield "count.negative", table.count("overall", "bad", "very_bad")
    both = [row for row in table.rows if row["procedures_followed"] == "no" and row["well_organised"] == "no"]
    yield "count.procedures_not_followed", len(both)
    yield "count.list_total_not_announced", table.count("list_total_announced", "no")
    yield "count.issued_not_established", table.count("issued_established", "no")
    yield "count.choice_not_announced", table.count("choice_announced", "no")
    yield "count.not_counted_before_sorting", table.count("counted_before_sorting", "no")
    yield "count.more_ballots_than_voters", table.count("more_ballots_than_voters", "yes")
    yield "count.invalid_inconsistent", table.count("invalid_consistent", "no")
    yield "count.invalid_unreasonable", table.count("invalid_reasonable", "no")
    yield "count.non_members_interfering", table.count("non_members_interfering", "yes")
    yield "count.protocol_presigned", table.count("protocol_presigned", "yes")
    yield "count.falsification", table.count("falsification", "yes")
    yield "count.protocol_incomplete_or_pencil", table.count("protocol_complete", "no")
    yield "count.figures_not_read_aloud", table.count("figures_read_aloud", "no")
    yield "count.protocol_not_posted", table.count("protocol_posted", "no")
    yield "count.citizen_no_clear_view", table.count("citizen_clear_view", "no")
    yield "count.ieom_restricted", table.count("ieom_restricted", "yes")
    yield "count.marks_not_visible", majority(table.count("marks_visible", "no"), len(table.known("marks_visible")))


def tabulation(table):
    yield "tabulation.observed", len(table.rows)
    yield "tabulation.negative", table.count("overall", "bad", "very_bad")
    yield "tabulation.ieom_restricted", table.count("ieom_restricted", "yes")
    yield "tabulation.not_allowed_fully", table.count("access", "not_fully")
    yield "tabulation.only_followed_pec", table.count("access", "only_followed")
    yield "tabulation.told_closed", table.count("access", "closed")
    yield "tabulation.told_elsewhere", table.count("access", "elsewhere")
    yield "tabulation.poor_conditions", table.count("conditions_adequate", "no")
    yield "tabulation.overcrowded", table.count("overcrowded", "yes")
    yield "tabulation.procedural_errors", table.count("procedural_errors", "yes")
    yield "tabulation.falsification", table.count("falsification", "yes")
    yield "tabulation.not_entered", table.count("entered", "no")
    yield "tabulation.protocol_changed", table.count("changed_without_decision", "yes")
    yield "tabulation.protocol_completed_at_tec", table.count("completed_at_tec", "yes")


def commission_visit(table):
    commissions = table.places()
    yield "commission.visited", len(commissions)
    known = [row for row in commissions if row["membership_known"] == "yes" and row["amanat_members"] not in MISSING]
    yield "commission.more_than_one_amanat", sum(Fraction(row["amanat_members"]) > 1 for row in known)


def campaign_event(table):
    yield "campaign.observed", len(table.rows)
    yield "campaign.indoor", table.count("venue", "indoor")
    yield "campaign.outdoor", table.count("venue", "outdoor")
    organisers = table.chosen("organisers")
    yield "campaign.by_parties", sum(not who.isdisjoint(PARTIES) for who in organisers)
    yield "campaign.by_party", {party: sum(party in who for who in organisers) for party in PARTIES}
    yield "campaign.women_participants", table.share("participants_women", "participants")
    yield "campaign.women_speakers", table.count("women_speakers", "yes")
    yield "campaign.accessible", table.count("accessible", "yes")


def people(folder):
    with open(folder / "people.csv", newline="", encoding="utf-8") as file:
        yield "mission.observers", len({row["subject"] for row in csv.DictReader(file)})


def compute(folder):
    figures = {}
    for rules in [opening, voting, closing_count, tabulation, commission_visit, campaign_event]:
        figures.update(rules(Table(folder, rules.__name__)))
    figures.update(people(folder))
    return figures


def equal(computed, value, tolerance):
    if not value:
        return True  # not published yet
    if computed is None:
        return False
    if isinstance(computed, str):
        return computed == value
    if isinstance(computed, dict):
        parts = (part.split("=") for part in value.split(";"))
        return all(computed.get(name.strip()) == int(number) for name, number in parts)
    return abs(computed - Fraction(value)) <= Fraction(tolerance or "0")


def show(computed):
    if isinstance(computed, Fraction):
        return f"{float(computed):.3f}"
    if isinstance(computed, dict):
        return "; ".join(f"{name}={number}" for name, number in computed.items())
    return "-" if computed is None else str(computed)


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    computed = compute(pathlib.Path(arguments[0]))
    source = pathlib.Path(arguments[1]) if len(arguments) == 2 else HERE / "figures.csv"
    with open(source, newline="", encoding="utf-8") as file:
        expected = {row["id"]: (row["value"], row["tolerance"]) for row in csv.DictReader(file)}
    differ = 0
    for name in sorted(expected.keys() | computed.keys(), key=[*expected, *computed].index):
        value, tolerance = expected.get(name, ("-", "0"))
        same = name in computed and name in expected and equal(computed[name], value, tolerance)
        differ += not same
        print(f"{name:34} {value:>12} {show(computed.get(name)):>12}  {'equal' if same else 'DIFFERS'}")
    print(f"{len(expected)} figures, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
