"""Reports and figures as pandas data frames."""

from __future__ import annotations

import pandas as pd

from . import Desk, Basis

__all__ = ["answers", "figures", "reports"]

_COLUMNS = [
    "index",
    "hash",
    "received_ms",
    "status",
    "device",
    "person",
    "team",
    "checklist",
    "visit",
    "place",
    "supersedes",
    "why",
    "internal",
]


def figures(desk: Desk, which: Basis = Basis.EFFECTIVE, as_of_ms: int | None = None) -> pd.DataFrame:
    """Every figure of the statement: one row a figure, its id as the index."""
    return pd.DataFrame([vars(figure) for figure in desk.figures(which, as_of_ms)]).set_index("id")


def reports(desk: Desk, which: Basis = Basis.EFFECTIVE, as_of_ms: int | None = None) -> pd.DataFrame:
    """Every report, counted or not, in the order of the log: one row a report, without its answers."""
    rows = [[getattr(report, name) for name in _COLUMNS] for report in desk.reports(which, as_of_ms)]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    frame["received"] = pd.to_datetime(frame["received_ms"], unit="ms", utc=True)
    return frame.set_index("hash")


def answers(
    desk: Desk,
    checklist: str,
    which: Basis = Basis.EFFECTIVE,
    as_of_ms: int | None = None,
    internal: bool = False,
) -> pd.DataFrame:
    """The answers of the reports of a checklist that count: one row a report, its hash as the index, one column a question.

    Internal reports, which are not to be quoted or handed on, are there only when they are asked for.
    """
    of_checklist = [r for r in desk.reports(which, as_of_ms) if r.checklist == checklist and r.status == "counted"]
    counted = [r for r in of_checklist if internal or not r.internal]
    frame = pd.DataFrame([r.answers for r in counted], index=pd.Index([r.hash for r in counted], name="hash"))
    return frame.sort_index(axis="columns")
