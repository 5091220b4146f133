"""What a call costs from here; the work is described in `benches/benches/crossing.rs`."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from conftest import Mission

from baqylau import Answer, ObserverCore, Phone, Wanted, file_vault


def median(call: Callable[[int], object]) -> float:
    """Microseconds."""
    times = []
    for turn in range(3000):
        begun = time.perf_counter_ns()
        call(turn)
        times.append(time.perf_counter_ns() - begun)
    return sorted(times)[1500] / 1000


def main() -> None:
    mission = Mission()
    with tempfile.TemporaryDirectory() as folder:
        phone = Phone(folder=f"{folder}/phone", language="en", boot="", offset_minutes=0)
        core = ObserverCore.create(phone, file_vault(f"{folder}/vault"), "2468", mission.about["invites"][0])
        core.enrol(30_000)
        draft = core.start_checklist(core.start_visit("s00001", None).code, "voting").id
        full = [core.open_section(draft, s.section) for s in core.sections(draft) if s.shown]
        largest = max(full, key=lambda section: len(section.rows)).section
        rows = core.open_section(draft, largest).rows
        key = next(row.key for row in rows if row.kind.is_SELECT_ONE())
        set_answer = median(lambda turn: core.set_answer(draft, key, Answer.ONE(choice=turn % 2)))
        view = median(lambda _: core.open_section(draft, largest))
        small = median(lambda _: core.progress(draft))
        wanted = Wanted.SECTION(section=largest)
        page = median(lambda _: core.checklist_page(draft, wanted, None))
        Path(os.environ["BAQYLAU_BENCH"]).write_text(
            f"{set_answer} {view} {small} {page}\n", encoding="utf-8"
        )
    mission.end()


if __name__ == "__main__":
    main()
