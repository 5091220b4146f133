"""One day of one observer, from the data that every language plays."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baqylau import BaqylauError, Desk, KeyVault, ObserverCore, Phone, RowView

PIN = "2468"
SCENARIO = json.loads((Path(__file__).parents[2] / "scenario.json").read_text(encoding="utf-8"))


class Player:
    """Plays the steps on one phone."""

    def __init__(self, mission: Any, phone: Phone, vault: KeyVault) -> None:
        self.mission, self.phone, self.vault = mission, phone, vault
        self.core = ObserverCore.create(phone, vault, PIN, mission.about["invites"][0])
        assert self.core.enrol(30_000).enrolled
        about = next(c for c in self.core.checklists() if c.id == SCENARIO["checklist"])
        place = self.core.places(about.places, None, "", 0, 1)[0]
        visit = self.core.start_visit(place.code, None)
        self.draft = self.core.start_checklist(visit.code, about.id).id

    def rows(self) -> list[RowView]:
        shown = [s.section for s in self.core.sections(self.draft) if s.shown]
        return [row for section in shown for row in self.core.open_section(self.draft, section).rows]

    def row(self, name: str) -> RowView | None:
        return next((row for row in self.rows() if row.name == name), None)

    def there(self, name: str) -> RowView:
        row = self.row(name)
        assert row is not None, f"{name} is not shown"
        return row

    def play(self, step: dict[str, Any]) -> None:
        getattr(self, step["do"])(step)

    def set(self, step: dict[str, Any]) -> None:
        key = self.there(step["question"]).key
        self.core.set_answer(self.draft, key, self.core.read_answer(self.draft, key, step["answer"]))

    def shown(self, step: dict[str, Any]) -> None:
        self.there(step["question"])

    def hidden(self, step: dict[str, Any]) -> None:
        assert self.row(step["question"]) is None

    def answered(self, step: dict[str, Any]) -> None:
        assert self.there(step["question"]).answer_text == step["text"]

    def issue(self, step: dict[str, Any]) -> None:
        issues = [problem.issue.name.lower() for problem in self.there(step["question"]).issues]
        assert step["issue"] in issues

    def cannot_sign(self, step: dict[str, Any]) -> None:
        with pytest.raises(BaqylauError.Invalid) as refused:
            self.core.finalise(self.draft, "for a test")
        assert refused.value.reason.question == step["question"]

    def kill(self, _step: dict[str, Any]) -> None:
        left = self.phone.folder + " after a kill"
        shutil.copytree(self.phone.folder, left)
        self.phone = Phone(folder=left, language="en", boot="", offset_minutes=0)
        self.core = ObserverCore.open(self.phone, self.vault, PIN)

    def sign(self, step: dict[str, Any]) -> None:
        self.core.finalise(self.draft, step["reason"])

    def state(self, step: dict[str, Any]) -> None:
        report = next(r for r in self.core.reports() if r.seq == step["report"])
        assert type(report.state).__name__.lower().endswith(step["state"])

    def cut(self, step: dict[str, Any]) -> None:
        self.mission.ask(f"cut {step['bytes']}")

    def whole(self, _step: dict[str, Any]) -> None:
        assert self.mission.ask("whole")["lost"] > 0

    def sync(self, step: dict[str, Any]) -> None:
        assert self.core.sync_now(30_000).delivered == step["delivered"]

    def amend(self, step: dict[str, Any]) -> None:
        self.draft = self.core.amend(step["report"], step["why"]).id

    def changes(self, step: dict[str, Any]) -> None:
        changes = {c.name: (c.before, c.after) for c in self.core.changes(self.draft)}
        assert changes[step["question"]] == (step["before"], step["after"])

    def all_stored(self, _step: dict[str, Any]) -> None:
        summary = self.core.summary()
        assert summary.all_stored and not summary.all_safe

    def read(self, _step: dict[str, Any]) -> None:
        self.core.sync_now(30_000)
        assert self.core.summary().all_safe

    def desk(self, step: dict[str, Any]) -> None:
        reports = self.mission.ask("desk")["reports"]
        assert [r["status"] for r in reports] == step["status"]
        assert [r["answers"][step["question"]] for r in reports] == step["answers"]


def test_scenario(mission: Any, phone: Callable[[str], tuple[Phone, KeyVault]]) -> None:
    player = Player(mission, *phone("phone"))
    for step in SCENARIO["steps"]:
        player.play(step)


def test_desk_in_python(mission: Any, phone: Callable[[str], tuple[Phone, KeyVault]]) -> None:
    """The desk in this language pulls, verifies, judges and computes what a phone of this language sent."""
    from baqylau import Basis, DeskError, ReasonClass
    from baqylau.frames import answers, figures, reports

    player = Player(mission, *phone("phone"))
    player.set({"question": "boxes_sealed", "answer": "no"})
    player.sign({"reason": "for a test"})
    player.sync({"delivered": 1})
    with pytest.raises(DeskError.Folder) as closed:
        Desk.open(mission.about["mission"], "wrong passphrase")
    assert (closed.value.code, closed.value.helps) == ("passphrase", ReasonClass.ACT)
    desk = Desk.open(mission.about["mission"], mission.about["passphrase"])
    pulled = desk.pull()
    assert pulled.objects >= 2
    assert (pulled.unsent, pulled.failed, pulled.lacking, pulled.damaged, pulled.disputes) == ([], [], [], [], [])
    assert (pulled.changed, pulled.suspicions, pulled.beyond, pulled.untold, pulled.cut_short) == ([], [], [], None, None)
    assert desk.verify().faults == []
    table = reports(desk)
    assert list(table["status"]) == ["counted"] and str(table["received"].dtype).startswith("datetime64")
    assert answers(desk, "voting")["boxes_sealed"].tolist() == ["no"]
    assert figures(desk).loc["mission.observers", "count"] == 1
    desk.correct(table.index[0], "boxes_sealed", "yes", "misheard", "a call")
    refusals = {
        "not-a-hash": lambda: desk.exclude("no hash", "why"),
        "no-such-report": lambda: desk.exclude("00" * 32, "why"),
        "empty-text": lambda: desk.exclude(table.index[0], " "),
        "no-such-question": lambda: desk.correct(table.index[0], "nothing", "yes", "misheard", "a call"),
        "not-an-answer": lambda: desk.correct(table.index[0], "boxes_sealed", "perhaps", "misheard", "a call"),
    }
    for code, call in refusals.items():
        with pytest.raises(DeskError.Input) as refused:
            call()
        assert (refused.value.code, refused.value.helps) == (code, ReasonClass.ACT)
    desk.pull()
    assert answers(desk, "voting")["boxes_sealed"].tolist() == ["yes"]
    assert answers(desk, "voting", Basis.RAW)["boxes_sealed"].tolist() == ["no"]
