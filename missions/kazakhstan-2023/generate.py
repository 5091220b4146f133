#!/usr/bin/env python3
"""Writes places.csv, people.csv and deployment.csv beside this file. The same output on every run; see README.md for what is real."""

import csv
import math
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
LANGUAGES = ["English (en)", "Қазақша (kk)", "Русский (ru)"]
SEED = 20230319

VOTERS = 12_032_550
STATIONS = 10_223
LARGEST = 3_000
ELECTION_DAY = "2023-03-19"
OPENINGS = 117
VISITS = 1_240
COUNTS = 130

# code, kind, names, latitude, longitude, cities and districts with a commission, share of stations, voters in thousands,
# share of urban stations. Aktobe and Ulytau have the numbers of voters that the statement gives.
REGIONS = [
    ("abai", "oblast", "Abai Region", "Абай облысы", "Абайская область", 50.41, 80.25, 2, 7, 430, 419, 0.45),
    ("akmola", "oblast", "Akmola Region", "Ақмола облысы", "Акмолинская область", 53.28, 69.39, 3, 16, 720, 522, 0.34),
    ("aktobe", "oblast", "Aktobe Region", "Ақтөбе облысы", "Актюбинская область", 50.28, 57.17, 1, 12, 490, 562.59, 0.48),
    ("almaty_region", "oblast", "Almaty Region", "Алматы облысы", "Алматинская область", 43.87, 77.06, 2, 9, 560, 957, 0.24),
    ("atyrau", "oblast", "Atyrau Region", "Атырау облысы", "Атырауская область", 47.10, 51.92, 1, 7, 265, 403, 0.45),
    ("east_kazakhstan", "oblast", "East Kazakhstan Region", "Шығыс Қазақстан облысы", "Восточно-Казахстанская область", 49.95, 82.61, 2, 9, 470, 519, 0.52),
    ("jambyl", "oblast", "Jambyl Region", "Жамбыл облысы", "Жамбылская область", 42.90, 71.37, 1, 10, 480, 707, 0.36),
    ("jetisu", "oblast", "Jetisu Region", "Жетісу облысы", "область Жетісу", 45.02, 78.37, 2, 8, 420, 440, 0.36),
    ("karaganda", "oblast", "Karaganda Region", "Қарағанды облысы", "Карагандинская область", 49.81, 73.09, 6, 9, 590, 765, 0.70),
    ("kostanay", "oblast", "Kostanay Region", "Қостанай облысы", "Костанайская область", 53.21, 63.63, 4, 15, 690, 590, 0.42),
    ("kyzylorda", "oblast", "Kyzylorda Region", "Қызылорда облысы", "Кызылординская область", 44.85, 65.51, 1, 7, 380, 477, 0.42),
    ("mangystau", "oblast", "Mangystau Region", "Маңғыстау облысы", "Мангистауская область", 43.65, 51.17, 2, 6, 205, 423, 0.48),
    ("north_kazakhstan", "oblast", "North Kazakhstan Region", "Солтүстік Қазақстан облысы", "Северо-Казахстанская область", 54.87, 69.14, 1, 13, 640, 382, 0.26),
    ("pavlodar", "oblast", "Pavlodar Region", "Павлодар облысы", "Павлодарская область", 52.29, 76.97, 3, 9, 480, 533, 0.55),
    ("turkistan", "oblast", "Turkistan Region", "Түркістан облысы", "Туркестанская область", 43.30, 68.25, 3, 13, 930, 1117, 0.22),
    ("ulytau", "oblast", "Ulytau Region", "Ұлытау облысы", "область Улытау", 47.79, 67.71, 3, 2, 150, 142, 0.72),
    ("west_kazakhstan", "oblast", "West Kazakhstan Region", "Батыс Қазақстан облысы", "Западно-Казахстанская область", 51.23, 51.37, 1, 12, 510, 451, 0.38),
    ("astana", "city", "Astana", "Астана", "Астана", 51.15, 71.45, 0, 5, 345, 746, 1.0),
    ("almaty", "city", "Almaty", "Алматы", "Алматы", 43.24, 76.91, 0, 8, 620, 1250, 1.0),
    ("shymkent", "city", "Shymkent", "Шымкент", "Шымкент", 42.32, 69.60, 0, 5, 290, 628, 1.0),
]
GIVEN = {"aktobe": 562_590, "ulytau": 142_000}
WEST = {"aktobe", "atyrau", "kyzylorda", "mangystau", "west_kazakhstan"}

# code, names, offset from UTC on 19 March 2023, stations with a place each: latitude, longitude and, where it differs, offset
ABROAD = [
    ("ru", "Russia", "Ресей", "Россия", "+03:00", [(55.76, 37.65), (59.93, 30.34), (54.99, 73.37, "+06:00"), (55.79, 49.12), (46.35, 48.03, "+04:00"), (56.84, 60.61, "+05:00")]),
    ("tr", "Türkiye", "Түркия", "Турция", "+03:00", [(39.88, 32.86), (41.05, 29.01), (36.89, 30.71)]),
    ("us", "United States of America", "Америка Құрама Штаттары", "Соединённые Штаты Америки", "-04:00", [(38.91, -77.04), (40.75, -73.97), (37.79, -122.40, "-07:00")]),
    ("cn", "China", "Қытай", "Китай", "+08:00", [(39.94, 116.45), (31.22, 121.46), (22.28, 114.16), (34.26, 108.94)]),
    ("de", "Germany", "Германия", "Германия", "+01:00", [(52.54, 13.41), (50.12, 8.67), (48.14, 11.58)]),
    ("uz", "Uzbekistan", "Өзбекстан", "Узбекистан", "+05:00", [(41.31, 69.28), (39.65, 66.96)]),
    ("kg", "Kyrgyzstan", "Қырғызстан", "Кыргызстан", "+06:00", [(42.87, 74.60), (40.53, 72.80)]),
    ("ae", "United Arab Emirates", "Біріккен Араб Әмірліктері", "Объединённые Арабские Эмираты", "+04:00", [(24.45, 54.38), (25.20, 55.27)]),
    ("kr", "Republic of Korea", "Корея Республикасы", "Республика Корея", "+09:00", [(37.53, 127.00), (35.18, 129.08)]),
    ("it", "Italy", "Италия", "Италия", "+01:00", [(41.90, 12.50), (45.46, 9.19)]),
    ("fr", "France", "Франция", "Франция", "+01:00", [(48.84, 2.28), (48.58, 7.75)]),
    ("ca", "Canada", "Канада", "Канада", "-04:00", [(45.42, -75.70), (43.65, -79.38)]),
    ("sa", "Saudi Arabia", "Сауд Арабиясы", "Саудовская Аравия", "+03:00", [(24.68, 46.62), (21.54, 39.17)]),
    ("in", "India", "Үндістан", "Индия", "+05:30", [(28.56, 77.16)]),
    ("az", "Azerbaijan", "Әзербайжан", "Азербайджан", "+04:00", [(40.38, 49.85)]),
    ("by", "Belarus", "Беларусь", "Беларусь", "+03:00", [(53.91, 27.57)]),
    ("pl", "Poland", "Польша", "Польша", "+01:00", [(52.17, 21.05)]),
    ("gb", "United Kingdom", "Ұлыбритания", "Великобритания", "+00:00", [(51.50, -0.14)]),
    ("at", "Austria", "Австрия", "Австрия", "+01:00", [(48.20, 16.37)]),
    ("ch", "Switzerland", "Швейцария", "Швейцария", "+01:00", [(46.95, 7.45), (46.20, 6.15)]),
    ("be", "Belgium", "Бельгия", "Бельгия", "+01:00", [(50.82, 4.37)]),
    ("nl", "Netherlands", "Нидерланд", "Нидерланды", "+01:00", [(52.09, 4.29)]),
    ("es", "Spain", "Испания", "Испания", "+01:00", [(40.45, -3.68)]),
    ("cz", "Czechia", "Чехия", "Чехия", "+01:00", [(50.09, 14.39)]),
    ("hu", "Hungary", "Венгрия", "Венгрия", "+01:00", [(47.51, 19.02)]),
    ("ro", "Romania", "Румыния", "Румыния", "+02:00", [(44.46, 26.09)]),
    ("bg", "Bulgaria", "Болгария", "Болгария", "+02:00", [(42.66, 23.31)]),
    ("gr", "Greece", "Грекия", "Греция", "+02:00", [(38.02, 23.80)]),
    ("rs", "Serbia", "Сербия", "Сербия", "+01:00", [(44.79, 20.45)]),
    ("hr", "Croatia", "Хорватия", "Хорватия", "+01:00", [(45.81, 15.98)]),
    ("sk", "Slovakia", "Словакия", "Словакия", "+01:00", [(48.14, 17.11)]),
    ("lt", "Lithuania", "Литва", "Литва", "+02:00", [(54.69, 25.28)]),
    ("lv", "Latvia", "Латвия", "Латвия", "+02:00", [(56.95, 24.11)]),
    ("ee", "Estonia", "Эстония", "Эстония", "+02:00", [(59.44, 24.75)]),
    ("fi", "Finland", "Финляндия", "Финляндия", "+02:00", [(60.17, 24.94)]),
    ("se", "Sweden", "Швеция", "Швеция", "+01:00", [(59.33, 18.07)]),
    ("no", "Norway", "Норвегия", "Норвегия", "+01:00", [(59.91, 10.75)]),
    ("ge", "Georgia", "Грузия", "Грузия", "+04:00", [(41.72, 44.78)]),
    ("am", "Armenia", "Армения", "Армения", "+04:00", [(40.18, 44.51)]),
    ("tj", "Tajikistan", "Тәжікстан", "Таджикистан", "+05:00", [(38.56, 68.77)]),
    ("tm", "Turkmenistan", "Түрікменстан", "Туркменистан", "+05:00", [(37.95, 58.38)]),
    ("mn", "Mongolia", "Моңғолия", "Монголия", "+08:00", [(47.92, 106.92), (48.97, 89.96, "+07:00")]),
    ("jp", "Japan", "Жапония", "Япония", "+09:00", [(35.66, 139.74)]),
    ("my", "Malaysia", "Малайзия", "Малайзия", "+08:00", [(3.16, 101.75)]),
    ("th", "Thailand", "Тайланд", "Таиланд", "+07:00", [(13.72, 100.54)]),
    ("vn", "Viet Nam", "Вьетнам", "Вьетнам", "+07:00", [(21.03, 105.82)]),
    ("sg", "Singapore", "Сингапур", "Сингапур", "+08:00", [(1.29, 103.85)]),
    ("pk", "Pakistan", "Пәкістан", "Пакистан", "+05:00", [(33.72, 73.09)]),
    ("ir", "Iran", "Иран", "Иран", "+03:30", [(35.80, 51.47), (36.84, 54.43)]),
    ("il", "Israel", "Израиль", "Израиль", "+02:00", [(32.08, 34.78)]),
    ("eg", "Egypt", "Мысыр", "Египет", "+02:00", [(30.04, 31.22)]),
    ("qa", "Qatar", "Катар", "Катар", "+03:00", [(25.32, 51.52)]),
]

# country of origin, given names, family names: common ones, combined at random
NAMES = [
    ("Albania", "Arben Elira Besnik Drita Ilir", "Hoxha Leka Prifti Gjoni Marku"),
    ("Armenia", "Aram Lilit Hayk Nare Tigran", "Sargsyan Grigoryan Avetisyan Melikyan Danielyan"),
    ("Austria", "Lukas Magdalena Florian Katharina Matthias", "Gruber Huber Steiner Moser Leitner"),
    ("Azerbaijan", "Rashad Leyla Elchin Nigar Orkhan", "Mammadov Huseynli Guliyev Abbasli Rzayev"),
    ("Belgium", "Pieter Charlotte Thibault Elke Bram", "Peeters Claes Lambert Wouters Dubois"),
    ("Bosnia and Herzegovina", "Amar Selma Dino Lejla Adnan", "Hadžić Kovačević Begić Babić Delić"),
    ("Bulgaria", "Dimitar Elena Georgi Ivana Stoyan", "Petrov Ivanova Nikolov Todorova Kolev"),
    ("Canada", "Ethan Claire Jasper Maude Liam", "Tremblay MacLeod Bouchard Fraser Gagnon"),
    ("Croatia", "Ivan Petra Marko Ana Luka", "Horvat Kovačić Jurić Novak Knežević"),
    ("Cyprus", "Andreas Eleni Kyriakos Maria Stelios", "Charalambous Georgiou Ioannou Nicolaou Christou"),
    ("Czechia", "Tomáš Lenka Ondřej Tereza Jakub", "Dvořák Horáková Procházka Veselá Němec"),
    ("Denmark", "Mads Sofie Rasmus Ida Søren", "Mortensen Kjær Lund Østergaard Bach"),
    ("Estonia", "Rasmus Kadri Marten Liis Tanel", "Tamm Saar Mägi Kask Rebane"),
    ("Finland", "Jussi Aino Mikko Sanna Eero", "Korhonen Virtanen Laine Heikkinen Salmi"),
    ("France", "Julien Camille Antoine Margaux Benoît", "Moreau Lefèvre Girard Roussel Chevalier"),
    ("Georgia", "Giorgi Nino Levan Tamar Zurab", "Beridze Kapanadze Lomidze Gelashvili Maisuradze"),
    ("Germany", "Jonas Franziska Stefan Annika Tobias", "Schneider Vogel Krüger Hartmann Lindner"),
    ("Greece", "Nikos Katerina Dimitris Sofia Yannis", "Papadakis Vlachou Karras Economou Galanis"),
    ("Hungary", "Bence Eszter Gábor Zsófia Máté", "Kovács Szabó Tóth Varga Kiss"),
    ("Iceland", "Einar Sigrún Gunnar Helga Ólafur", "Jónsson Einarsdóttir Magnússon Árnadóttir Stefánsson"),
    ("Ireland", "Cian Aoife Declan Niamh Eoin", "Murphy Gallagher Brennan Doyle Kavanagh"),
    ("Italy", "Matteo Giulia Lorenzo Chiara Davide", "Ricci Marino Fontana Greco Barbieri"),
    ("Kyrgyzstan", "Azamat Aigerim Nurlan Cholpon Bakyt", "Asanov Toktogulova Usenov Isakova Mamytov"),
    ("Latvia", "Jānis Līga Andris Ilze Kaspars", "Bērziņš Ozola Kalniņš Liepa Krūmiņš"),
    ("Lithuania", "Mantas Rūta Tomas Eglė Darius", "Kazlauskas Petrauskienė Jankauskas Stankutė Butkus"),
    ("Luxembourg", "Luc Anouk Marc Danielle Georges", "Weber Schmit Hoffmann Muller Thill"),
    ("Mongolia", "Bat-Erdene Oyuntuya Ganbold Sarnai Temuulen", "Dorj Bold Tsend Namdag Purev"),
    ("Netherlands", "Daan Femke Sander Marloes Joost", "Bakker Visser Dekker Mulder Hoekstra"),
    ("North Macedonia", "Goran Biljana Igor Vesna Zoran", "Stojanovski Trajkovska Nikolovski Ristova Angelov"),
    ("Norway", "Henrik Ingrid Øyvind Kari Magnus", "Haugen Berg Solberg Moen Bakken"),
    ("Poland", "Paweł Agnieszka Marcin Zofia Krzysztof", "Kowalczyk Zielińska Wójcik Mazur Nowak"),
    ("Portugal", "Tiago Inês Rui Beatriz Nuno", "Carvalho Ferreira Pinto Teixeira Mendes"),
    ("Romania", "Andrei Ioana Mihai Raluca Radu", "Popescu Ionescu Dumitru Stan Munteanu"),
    ("Serbia", "Nikola Jelena Miloš Milica Stefan", "Jovanović Petrović Ilić Pavlović Stanković"),
    ("Slovakia", "Martin Zuzana Peter Veronika Juraj", "Horváth Kováčová Baláž Šimková Polák"),
    ("Slovenia", "Rok Maja Gregor Nina Matej", "Zupan Krajnc Potočnik Golob Vidmar"),
    ("Spain", "Álvaro Lucía Sergio Marta Diego", "Navarro Iglesias Romero Molina Serrano"),
    ("Sweden", "Oskar Linnea Gustav Elsa Viktor", "Lindqvist Bergström Sandberg Holm Nyström"),
    ("Switzerland", "Reto Selina Urs Corinne Beat", "Keller Frei Baumann Zürcher Gerber"),
    ("Türkiye", "Emre Zeynep Burak Elif Kerem", "Yıldız Aydın Koç Demir Şahin"),
    ("United Kingdom", "Oliver Harriet Callum Imogen Rhys", "Whitfield Ashworth Campbell Prescott Llewellyn"),
    ("United States of America", "Caleb Naomi Derek Allison Marcus", "Henderson Whitaker Sullivan Brooks Jennings"),
]


def shares(total, weights):
    """Splits a whole number by weights; the parts add up to it (largest remainders)."""
    scale = total / sum(weights)
    parts = [math.floor(w * scale) for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - weights[i] * scale, i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def fit(total, weights, least, most):
    """As shares, with every part between two limits."""
    parts = [min(max(p, least), most) for p in shares(total, weights)]
    gap = total - sum(parts)
    while gap:
        step = 1 if gap > 0 else -1
        open_ = [i for i, p in enumerate(parts) if least <= p + step <= most and p > 300]
        for i in open_[: abs(gap)]:
            parts[i] += step
            gap -= step
    return parts


def places(random_):
    rows = []

    def place(code, level, parent, kind="", setting="", zone="", voters="", at=("", ""), number="", names=("", "", "")):
        at = [f"{x:.5f}" if x != "" else "" for x in at]
        rows.append([code, level, parent, kind, setting, zone, voters, *at, number, *names])

    place("kz", "country", "", zone="+06:00", at=(48.0, 67.0), names=("Kazakhstan", "Қазақстан", "Казахстан"))
    for code, en, kk, ru, zone, stations in ABROAD:
        place(code, "country", "", kind="abroad", zone=zone, at=stations[0][:2], names=(en, kk, ru))
    for r in REGIONS:
        zone = "+05:00" if r[0] in WEST else "+06:00"
        place(r[0], "region", "kz", kind=r[1], zone=zone, at=r[5:7], names=r[2:5])

    commissions = []
    for r in REGIONS:
        code, _, en, kk, ru, latitude, longitude, cities, districts = r[:9]
        spread = 0.08 if r[1] == "city" else 1.1
        for i in range(cities + districts):
            name = f"c{len(commissions) + 1:03}"
            kind = "city" if i < cities else "district"
            away = 0.03 if kind == "city" and i == 0 else spread
            at = (latitude + random_.uniform(-away, away), longitude + random_.uniform(-away, away) * 1.4)
            commissions.append((name, r, kind, at))
            labels = (f"{en}, TEC {i + 1}", f"{kk}, № {i + 1} АСК", f"{ru}, ТИК № {i + 1}")
            place(name, "commission", code, kind=kind, zone="+05:00" if code in WEST else "+06:00", at=at, names=labels)

    abroad = [(country[0], country[4], s) for country in ABROAD for s in country[5]]
    home = STATIONS - len(abroad)
    counts = shares(home, [r[9] for r in REGIONS])
    # voters abroad first: the embassies' stations are small, those in large communities less so
    far = [random_.randrange(60, 420) for _ in abroad]
    rest = VOTERS - sum(far) - sum(GIVEN.values())
    others = [r[0] for r in REGIONS if r[0] not in GIVEN]
    voters = dict(zip(others, shares(rest, [r[10] for r in REGIONS if r[0] not in GIVEN])))
    voters.update(GIVEN)

    number = 0
    for r, count in zip(REGIONS, counts):
        code, urban = r[0], r[11]
        zone = "+05:00" if code in WEST else "+06:00"
        own = [c for c in commissions if c[1] is r]
        each = shares(count, [random_.uniform(0.7, 1.3) * (1.6 if c[2] == "city" else 1.0) for c in own])
        stations = []
        for (name, _, kind, at), n in zip(own, each):
            for _ in range(n):
                if r[1] == "city" or kind == "city":
                    setting = "urban" if r[1] == "city" or random_.random() < 0.92 else "rural"
                else:
                    setting = "urban" if random_.random() < urban * 0.55 else "rural"
                special = random_.random() < 0.045
                weight = random_.lognormvariate(0, 0.22) * (1.0 if setting == "urban" else 0.45)
                if special:
                    weight = 0.08 * random_.uniform(0.4, 1.6)
                away = 0.05 if setting == "urban" else 0.45
                spot = (at[0] + random_.gauss(0, away / 2), at[1] + random_.gauss(0, away / 2) * 1.4)
                stations.append((name, "special" if special else "regular", setting, spot, weight))
        parts = fit(voters[code], [s[4] for s in stations], 20, LARGEST)
        for (name, kind, setting, spot, _), v in zip(stations, parts):
            number += 1
            place(f"s{number:05}", "station", name, kind, setting, zone, v, spot, number)
    for (country, zone, spot), v in zip(abroad, far):
        number += 1
        place(f"s{number:05}", "station", country, "abroad", "urban", spot[2] if len(spot) > 2 else zone, v, spot[:2], number)

    stations = [r for r in rows if r[1] == "station"]
    assert len(stations) == STATIONS and len(abroad) == 77 and len(ABROAD) == 52 and len(commissions) == 220
    assert sum(r[6] for r in stations) == VOTERS and max(r[6] for r in stations) <= LARGEST
    assert len({r[0] for r in rows}) == len(rows)
    columns = ["code", "level", "parent", "kind", "setting", "time_zone", "voters", "latitude", "longitude", "number"]
    return columns + [f"label::{x}" for x in LANGUAGES], rows


def people(random_):
    names = [f"{given} {family}" for _, g, f in NAMES for given in g.split() for family in f.split()]
    assert len(NAMES) == 42 and len(names) == len(set(names))
    # every country at least once, then at random
    first = []
    for i in range(len(NAMES)):
        first.append(names[i * 25 + random_.randrange(25)])
    chosen = first + random_.sample([n for n in names if n not in set(first)], 404 - len(first))
    random_.shuffle(chosen)
    rows = []
    for role, letter, count in [("core", "C", 14), ("lto", "L", 32), ("sto", "T", 281), ("delegation", "P", 77)]:
        digits = 3 if role == "sto" else 2
        teams = count // 2
        for i in range(count):
            team = min(i // 2, teams - 1) + 1
            spoken = "en"
            if random_.random() < 0.4:
                spoken += " ru"
            if random_.random() < 0.04:
                spoken += " kk"
            rows.append([f"p{len(rows) + 1:03}", chosen[len(rows)], role, f"{letter}{team:0{digits}}", spoken])
    assert len(rows) == 404
    return ["code", "name", "role", "team", "languages"], rows


def deployment(random_, people_):
    """The reports that short-term observers and the delegation are to send on election day, by the clock of the mission's seat."""
    teams = sorted({person[3] for person in people_ if person[2] in ("sto", "delegation")})
    regions = [r[0] for r, n in zip(REGIONS, shares(len(teams), [r[9] for r in REGIONS])) for _ in range(n)]
    # fewer reports than teams: teams all over the country have one
    opening, counting = ({k * len(teams) // n for k in range(n)} for n in (OPENINGS, COUNTS))
    rows = []
    for at, (team, region, visits) in enumerate(zip(teams, regions, shares(VISITS, [1] * len(teams)))):
        # the west is an hour behind the seat
        behind = 60 if region in WEST else 0

        def due(checklist, minute):
            rows.append([team, checklist, f"{ELECTION_DAY} {minute // 60:02}:{minute % 60:02}", region])

        if at in opening:
            due("opening", 7 * 60 + 30 + behind)
        first, last = (9 if at in opening else 8) * 60 + behind, 19 * 60
        for i in range(visits):
            minute = first + (last - first) * i / (visits - 1) + random_.uniform(-20, 20)
            due("voting", min(max(round(minute / 5) * 5, first), last))
        if at in counting:
            due("closing_count", 20 * 60 + behind)
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
