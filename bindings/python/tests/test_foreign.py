"""What the language provides to the core, threads, memory, and faults."""

import hashlib
import hmac
import os
import resource
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baqylau import (
    Answer,
    BaqylauError,
    ByteSource,
    Change,
    ChangeListener,
    ForeignError,
    InvalidReason,
    KeyVault,
    LogConsistency,
    ObserverCore,
    Phone,
    Policy,
    ReasonClass,
    Trouble,
    Why,
    panic_on_purpose,
    read_invite,
    wipe,
)

PIN = "2468"
CALLS = int(os.environ.get("BAQYLAU_SOAK_CALLS", "4000"))
CYCLES = int(os.environ.get("BAQYLAU_SOAK_CYCLES", "60"))


class Vault(KeyVault):
    """Keys in memory. Throws what it is told to."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.throws: BaseException | None = None

    def create(self, alias: str, policy: Policy) -> None:
        self.keys.setdefault(alias, os.urandom(32))

    def bind(self, alias: str, input: bytes) -> bytes:
        if self.throws is not None:
            raise self.throws
        return hmac.new(self.keys[alias], input, hashlib.sha256).digest()

    def destroy(self, alias: str) -> None:
        self.keys.pop(alias, None)


class Listener(ChangeListener):
    """Calls back into the core."""

    def __init__(self, core: ObserverCore) -> None:
        self.core, self.heard = core, 0

    def changed(self, change: Change) -> None:
        self.heard += 1
        self.core.summary()
        raise RuntimeError("what a screen throws undoes nothing")


class Film(ByteSource):
    """A long text, in pieces."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, at_most: int) -> bytes:
        some = min(self.left, at_most, 1000)
        self.left -= some
        return b"x" * some


def enrolled(mission: Any, tmp_path: Path, vault: KeyVault) -> tuple[ObserverCore, Phone]:
    phone = Phone(folder=str(tmp_path / "phone"), language="kk", boot="1", offset_minutes=300)
    core = ObserverCore.create(phone, vault, PIN, mission.about["invites"][1])
    core.enrol(30_000)
    return core, phone


def test_foreign_vault_listener_and_bytes(mission: Any, tmp_path: Path) -> None:
    vault = Vault()
    core, phone = enrolled(mission, tmp_path, vault)
    listener = Listener(core)
    core.listen(listener)
    place = core.places([], None, "astana", 0, 1)[0]
    visit = core.start_visit(place.code, None)
    draft = core.start_checklist(core.start_visit(None, None).code, "incident").id
    assert listener.heard >= 2 and visit.code != ""
    photo = next(
        row
        for section in core.sections(draft)
        for row in core.open_section(draft, section.section).rows
        if row.name == "photo"
    )
    with pytest.raises(BaqylauError.Invalid) as refused:
        core.attach(draft, photo.key, "image/jpeg", Film(5000))
    assert refused.value.reason == InvalidReason.FILE_DAMAGED(question="photo")
    core.lock()
    with pytest.raises(BaqylauError.Locked):
        core.visits()
    for thrown in (ForeignError.Failed("the chip is gone"), RuntimeError("the chip is gone")):
        vault.throws = thrown
        with pytest.raises(BaqylauError.Refused) as said:
            core.unlock(PIN)
        assert "the chip is gone" in said.value.reason
    vault.throws = None
    core.unlock(PIN)
    assert [language.code for language in core.mission().languages] == ["en", "kk", "ru"]
    core.set_language("ru")
    assert core.mission().title != ""
    assert read_invite(mission.about["invites"][1]).fingerprint == core.mission().fingerprint
    with pytest.raises(BaqylauError.Invalid):
        core.set_answer(draft, photo.key, Answer.TIME(seconds=90_000))


class Torn(ByteSource):
    """A camera that goes away."""

    def read(self, at_most: int) -> bytes:
        raise RuntimeError("the camera went away")


class Eager(ChangeListener):
    """Begins a sync at every change, and keeps why it was refused."""

    def __init__(self, core: ObserverCore) -> None:
        self.core = core
        self.told: list[Why] = []

    def changed(self, change: Change) -> None:
        try:
            self.core.sync_now(30_000)
        except BaqylauError.Refused as refused:
            self.told.append(refused.why)


def test_every_error_has_a_code_of_the_list_and_says_what_helps() -> None:
    errors = [
        BaqylauError.Locked(3),
        BaqylauError.Invalid(InvalidReason.NO_INVITE()),
        BaqylauError.Invalid(InvalidReason.DRAFT_SIGNED()),
        BaqylauError.DiskFull(),
        BaqylauError.DiskReadOnly(),
        BaqylauError.DiskFailed("why"),
        BaqylauError.NewerStore(),
        BaqylauError.Damaged("main.db"),
        BaqylauError.Interrupted(),
        BaqylauError.Internal("why"),
        *(BaqylauError.Refused(why, "words") for why in Why),
    ]
    assert {type(error) for error in errors} == set(BaqylauError.__subclasses__())
    listed = (Path(__file__).parents[3] / "docs" / "errors.md").read_text()
    for error in errors:
        assert f"| `{error.code}` | {error.helps.name.lower()} |" in listed, error
    with pytest.raises(BaqylauError.Invalid) as refused:
        read_invite("no invite")
    assert (refused.value.code, refused.value.helps) == ("invite", ReasonClass.ACT)


def test_a_sync_in_a_sync_and_a_source_that_fails_have_reasons_of_their_own(mission: Any, tmp_path: Path) -> None:
    core, _ = enrolled(mission, tmp_path, Vault())
    draft = core.start_checklist(core.start_visit(None, None).code, "incident").id
    rows = [row for section in core.sections(draft) for row in core.open_section(draft, section.section).rows]
    photo = next(row.key for row in rows if row.name == "photo")
    with pytest.raises(BaqylauError.Refused) as failed:
        core.attach(draft, photo, "image/jpeg", Torn())
    assert failed.value.why == Why.SOURCE and "the camera went away" in failed.value.reason
    core.finalise(draft, "for a test")
    core.listen(eager := Eager(core))
    assert core.sync_now(30_000).delivered == 1
    core.listen(None)
    assert set(eager.told) == {Why.SYNCING}


def test_a_delivery_says_why_the_server_was_not_heard_and_everything_is_sent_again(mission: Any, tmp_path: Path) -> None:
    core, _ = enrolled(mission, tmp_path, Vault())
    core.finalise(core.start_checklist(core.start_visit(None, None).code, "incident").id, "for a test")
    mission.ask("cut 0")
    assert core.sync_now(30_000).trouble == Trouble.UNREACHABLE
    mission.ask("whole")
    assert core.sync_now(30_000).trouble is None
    assert core.sync_again(30_000).delivered == 1
    mission.ask("lost")
    assert core.sync_now(30_000).trouble == Trouble.UNPUBLISHED
    mission.ask("publish")
    # It is sent, and not stored: of the same size, this log is another one.
    assert core.sync_again(30_000).delivered == 0
    assert core.summary().log == LogConsistency.CONTRADICTED


def test_a_panic_is_an_error() -> None:
    with pytest.raises(Exception, match="on purpose"):
        panic_on_purpose()


def test_many_threads_and_many_cycles(mission: Any, tmp_path: Path) -> None:
    core, phone = enrolled(mission, tmp_path, vault := Vault())
    draft = core.start_checklist(core.start_visit(None, None).code, "incident").id
    failures: list[BaseException] = []

    def calls() -> None:
        try:
            for _ in range(CALLS // 8):
                core.progress(draft)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=calls) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert not failures and not any(thread.is_alive() for thread in threads)

    def cycle(times: int) -> int:
        for _ in range(times):
            locked = ObserverCore.open_locked(phone, vault)
            assert locked.export_courier()
            del locked
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    files = len(os.listdir("/proc/self/fd"))
    before = cycle(max(CYCLES // 4, 20))
    assert cycle(CYCLES) - before < 20_000, "memory does not grow"
    assert len(os.listdir("/proc/self/fd")) <= files + 4, "a core that stays holds its two files"


def test_a_listener_that_holds_its_core_lets_go(mission: Any, tmp_path: Path) -> None:
    core, phone = enrolled(mission, tmp_path, vault := Vault())

    class Holding(ChangeListener):
        def __init__(self, core: ObserverCore) -> None:
            self.core = core

        def changed(self, change: Change) -> None:
            self.core.is_locked()

    core.listen(Holding(core))
    core.start_visit(None, None)
    core.listen(None)
    del core
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        locked = ObserverCore.open_locked(phone, vault)
        locked.listen(Holding(locked))
        locked.listen(None)
        del locked
    assert len(os.listdir("/proc/self/fd")) <= files


def test_an_interrupted_sync_comes_back(mission: Any, tmp_path: Path) -> None:
    core, _ = enrolled(mission, tmp_path, Vault())
    mission.ask("hang")
    core.finalise(core.start_checklist(core.start_visit(None, None).code, "incident").id, "for a test")
    ended: list[BaseException] = []

    def sync() -> None:
        try:
            core.sync_now(3_600_000)
        except BaqylauError.Interrupted as interrupted:
            ended.append(interrupted)

    thread = threading.Thread(target=sync)
    thread.start()
    while thread.is_alive():
        core.interrupt()
        thread.join(timeout=0.05)
    assert len(ended) == 1
    mission.ask("whole")
    assert core.sync_now(30_000).delivered == 1


def test_a_wiped_store_takes_nothing_more(mission: Any, tmp_path: Path) -> None:
    core, phone = enrolled(mission, tmp_path, vault := Vault())
    wipe(phone, vault)
    with pytest.raises(BaqylauError.Invalid) as said:
        core.start_visit(None, None)
    assert said.value.reason == InvalidReason.WIPED()


def test_frames_come_with_the_package() -> None:
    import baqylau

    assert callable(baqylau.frames.figures)
    with pytest.raises(AttributeError):
        _ = baqylau.nothing_of_this_name  # type: ignore[attr-defined]


def test_readme(mission: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example in the README runs as it stands."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    code = readme.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    assert len([line for line in code.splitlines() if line]) <= 12
    known: dict[str, Callable[..., Any]] = {}
    exec(code, {"invite": mission.about["invites"][2]}, known)
    assert str(known["summary"].all_stored) == "True"  # type: ignore[attr-defined]
