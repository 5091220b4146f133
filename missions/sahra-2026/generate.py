#!/usr/bin/env python3
"""Writes places.csv, people.csv and deployment.csv beside this file. The same output on every run; everything in them is invented."""

import csv
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20261004
CENTRES = 600
VOTERS = 741_300
ELECTION_DAY = "2026-10-04"
VISITS = 14
LABELS = ["label::العربية (ar)", "label::Français (fr)"]

# names, latitude, longitude, districts, share of centres; the country is where the maps have an ocean
GOVERNORATES = [
    ("النخيل", "Les Palmes", 21.4, -29.8, 5, 78),
    ("الكثبان", "Les Dunes", 20.1, -30.6, 4, 44),
    ("الواحات", "Les Oasis", 19.6, -28.9, 4, 52),
    ("الساحل", "Le Rivage", 22.3, -27.4, 5, 71),
    ("الهضبة", "Le Plateau", 20.9, -28.2, 4, 49),
    ("الملح", "Les Salines", 22.9, -29.1, 3, 33),
    ("الصخر", "La Roche", 18.8, -30.1, 4, 38),
    ("الفنار", "Le Phare", 23.2, -28.0, 4, 57),
    ("النجوم", "Les Étoiles", 18.4, -28.5, 3, 31),
    ("الرياح", "Les Vents", 19.1, -27.3, 4, 46),
    ("القوافل", "Les Caravanes", 20.4, -27.0, 5, 68),
    ("الجزر", "Les Îles", 23.9, -31.7, 3, 33),
]
ISLANDS = "الجزر"
SIDES = [("المدينة", "Ville"), ("الشمال", "Nord"), ("الجنوب", "Sud"), ("الشرق", "Est"), ("الغرب", "Ouest")]
FIRST = [("عين", "Aïn"), ("بئر", "Bir"), ("قصر", "Ksar"), ("وادي", "Oued"), ("تل", "Tell"), ("برج", "Bordj"), ("دار", "Dar"), ("رأس", "Ras")]
SECOND = [
    ("الورد", "el-Ward"), ("الغزال", "el-Ghazal"), ("الزيتون", "ez-Zitoun"), ("القمر", "el-Qamar"), ("الحمام", "el-Hamam"),
    ("الرمان", "er-Rommane"), ("الياسمين", "el-Yasmine"), ("الصقر", "es-Saqr"), ("الفضة", "el-Fidda"), ("العسل", "el-Assel"),
    ("التين", "et-Tine"), ("النحل", "en-Nahl"), ("الريحان", "er-Rihane"), ("اللوز", "el-Louz"), ("الحجر", "el-Hajar"),
    ("السدر", "es-Sidr"), ("الشمس", "ech-Chams"), ("العقيق", "el-Aqiq"),
]
BUILDINGS = {"school": ("مدرسة", "École"), "hall": ("قاعة", "Salle"), "clinic": ("عيادة", "Clinique"), "tent": ("خيمة", "Tente")}

GIVEN = "سلمى ياسر ليلى كريم هدى أنس مريم طارق نور سامي رانيا بلال إيمان وليد هالة جمال سعاد فارس دنيا رشيد".split()
FAMILY = "الورداني الغزالي الزيتوني القمري الحمامي الرماني الياسميني الصقري الفضي العسلي التيني النحلي الريحاني اللوزي الحجري السدري".split()


def local(number):
    """Digits as they are printed in the country."""
    return str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def shares(total, weights):
    """Splits a whole number by weights; the parts add up to it and none is 0."""
    parts = [max(1, int(total * w / sum(weights))) for w in weights]
    at = 0
    while sum(parts) != total:
        parts[at % len(parts)] += 1 if sum(parts) < total else -1
        at += 1
    return parts


def places(random_):
    rows = []

    def place(code, level, parent, at, names, zone, building="", area="", voters="", number=""):
        rows.append([code, level, parent, building, area, zone, voters, f"{at[0]:.5f}", f"{at[1]:.5f}", number, *names])

    place("sh", "country", "", (20.9, -28.9), ("سهرا", "Sahra"), "-02:00")
    names = [((a, b), (c, d)) for a, b in FIRST for c, d in SECOND]
    random_.shuffle(names)
    communes, districts = [], 0
    for g, (ar, fr, latitude, longitude, count, share) in enumerate(GOVERNORATES, 1):
        zone = "-02:30" if ar == ISLANDS else "-02:00"
        place(f"g{g:02}", "governorate", "sh", (latitude, longitude), (ar, fr), zone)
        for side_ar, side_fr in SIDES[:count]:
            districts += 1
            at = (latitude + random_.uniform(-0.5, 0.5), longitude + random_.uniform(-0.5, 0.5))
            place(f"d{districts:02}", "district", f"g{g:02}", at, (f"{ar}، {side_ar}", f"{fr}, {side_fr}"), zone)
            for _ in range(random_.choice([2, 3, 3])):
                (one, un), (two, deux) = names.pop()
                code, label = f"k{len(communes) + 1:03}", (f"{one} {two}", f"{un} {deux}")
                spot = (at[0] + random_.uniform(-0.15, 0.15), at[1] + random_.uniform(-0.15, 0.15))
                place(code, "commune", f"d{districts:02}", spot, label, zone)
                communes.append((code, spot, label, zone, share / count * random_.uniform(0.6, 1.4)))
    centres = []
    split = shares(CENTRES, [commune[4] for commune in communes])
    for (code, at, label, zone, _), count in zip(communes, split):
        for n in range(1, count + 1):
            building = random_.choices(list(BUILDINGS), [70, 17, 9, 4])[0]
            area = random_.choices(["town", "village", "camp"], [45, 47, 8])[0]
            spot = (at[0] + random_.gauss(0, 0.03), at[1] + random_.gauss(0, 0.03))
            ar, fr = BUILDINGS[building]
            names = (f"{ar} {label[0]} {local(n)}", f"{fr} {label[1]} {n}")
            centres.append((code, spot, names, zone, building, area))
    voters = shares(VOTERS, [random_.lognormvariate(0, 0.35) * (1.3 if c[5] == "town" else 0.8) for c in centres])
    for n, ((commune, spot, names, zone, building, area), v) in enumerate(zip(centres, voters), 1):
        place(f"z{n:03}", "centre", commune, spot, names, zone, building, area, v, local(n))
    assert len(centres) == CENTRES and sum(voters) == VOTERS
    assert len({r[0] for r in rows}) == len(rows)
    return ["code", "level", "parent", "building", "area", "time_zone", "voters", "latitude", "longitude", "number", *LABELS], rows


def people(random_):
    names = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    chosen = random_.sample(names, 40)
    rows = []
    for role, letter, count in [("long", "L", 8), ("short", "S", 32)]:
        for i in range(count):
            spoken = "ar fr" if random_.random() < 0.6 else "ar"
            rows.append([f"w{len(rows) + 1:02}", chosen[len(rows)], role, f"{letter}{i // 2 + 1:02}", spoken])
    return ["code", "name", "role", "team", "languages"], rows


def deployment(random_, people_):
    """The reports that each team is to send on election day, by the clock of the mission's seat."""
    teams = sorted({(person[3], person[2]) for person in people_})
    split = shares(len(teams), [g[5] for g in GOVERNORATES])
    homes = [at for at, n in enumerate(split) for _ in range(n)]
    random_.shuffle(homes)
    rows = []
    for (team, role), at in zip(teams, homes):
        # the islands are half an hour behind the seat
        behind = 30 if GOVERNORATES[at][0] == ISLANDS else 0

        def due(checklist, minute):
            rows.append([team, checklist, f"{ELECTION_DAY} {minute // 60:02}:{minute % 60:02}", f"g{at + 1:02}"])

        if role == "short":
            for i in range(VISITS):
                due("centre", 7 * 60 + 30 + behind + i * 45 + 5 * random_.randrange(3))
        due("collation", 19 * 60 + behind)
        due("collation", 21 * 60 + behind)
    return ["team", "checklist", "due", "place"], rows


def write(name, table):
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(table[0])
        out.writerows(table[1])


if __name__ == "__main__":
    write("places.csv", places(random.Random(SEED)))
    observers = people(random.Random(SEED + 1))
    write("people.csv", observers)
    write("deployment.csv", deployment(random.Random(SEED + 2), observers[1]))
