"""The observer's core and the coordinators' desk of Baqylau.

Every call blocks and lets other threads run meanwhile: where an event loop must not wait, use ``asyncio.to_thread``. Objects may be
used from several threads. Errors are :class:`BaqylauError` and :class:`DeskError`, each with few cases, one to act on. All have a
stable ``code`` (``docs/errors.md``), and ``helps``, a :class:`ReasonClass`.
"""

from typing import TYPE_CHECKING, Any

from ._native.baqylau_desk_ffi import (
    Basis,
    DamagedInfo,
    Desk,
    DeskError,
    DisputeInfo,
    FailedInfo,
    FaultInfo,
    FigureValue,
    LackingInfo,
    OverdueInfo,
    Pulled,
    ReasonClass,
    ReportInfo,
    UnsentInfo,
    Verified,
)
from ._native.baqylau_ffi import (
    AddedRow,
    Answer,
    AnswerChange,
    AnswerExpectation,
    BaqylauError,
    BundleRefusal,
    ByteSource,
    Carried,
    Change,
    ChangeListener,
    ChecklistPage,
    ChecklistView,
    ChoiceView,
    Choices,
    CourierReport,
    CourierScanner,
    DraftLine,
    DraftView,
    FollowUp,
    ForeignError,
    InvalidReason,
    InviteView,
    Issue,
    Key,
    KeyVault,
    Leftover,
    LetterView,
    LogConsistency,
    Media,
    Missing,
    MissionView,
    Named,
    ObserverCore,
    Outcome,
    Phase,
    Phone,
    PlaceView,
    Policy,
    Position,
    Problem,
    Progress,
    ReportLine,
    ReportState,
    ReportView,
    ReportsPage,
    ReviewNumber,
    ReviewPage,
    ReviewProblem,
    RowKind,
    RowView,
    Salvaged,
    SectionView,
    Summary,
    SyncReport,
    Trouble,
    ViewChange,
    VisitPage,
    VisitUpdate,
    VisitView,
    Wanted,
    Why,
    bytes_source,
    file_vault,
    panic_on_purpose,
    read_invite,
    salvage,
    sort_of_error,
    store_exists,
    wipe,
)

__all__ = [
    "AddedRow",
    "Answer",
    "AnswerChange",
    "AnswerExpectation",
    "BaqylauError",
    "BundleRefusal",
    "ByteSource",
    "Carried",
    "Change",
    "ChangeListener",
    "ChecklistPage",
    "ChecklistView",
    "ChoiceView",
    "Choices",
    "CourierReport",
    "CourierScanner",
    "DamagedInfo",
    "Desk",
    "DeskError",
    "DisputeInfo",
    "DraftLine",
    "DraftView",
    "FailedInfo",
    "FaultInfo",
    "FigureValue",
    "FollowUp",
    "ForeignError",
    "InvalidReason",
    "InviteView",
    "Issue",
    "Key",
    "KeyVault",
    "LackingInfo",
    "Leftover",
    "LetterView",
    "LogConsistency",
    "Media",
    "Missing",
    "MissionView",
    "Named",
    "ObserverCore",
    "Outcome",
    "OverdueInfo",
    "Phase",
    "Phone",
    "PlaceView",
    "Policy",
    "Position",
    "Problem",
    "Progress",
    "Pulled",
    "ReasonClass",
    "ReportInfo",
    "ReportLine",
    "ReportState",
    "ReportView",
    "ReportsPage",
    "ReviewNumber",
    "ReviewPage",
    "ReviewProblem",
    "RowKind",
    "RowView",
    "Salvaged",
    "SectionView",
    "Summary",
    "SyncReport",
    "Trouble",
    "UnsentInfo",
    "Verified",
    "ViewChange",
    "VisitPage",
    "VisitUpdate",
    "VisitView",
    "Wanted",
    "Basis",
    "Why",
    "bytes_source",
    "file_vault",
    "panic_on_purpose",
    "read_invite",
    "salvage",
    "store_exists",
    "wipe",
]

if TYPE_CHECKING:
    from . import frames as frames


def _code(error: BaqylauError) -> str:
    return str(sort_of_error(error).code)


def _helps(error: BaqylauError) -> ReasonClass:
    return ReasonClass[sort_of_error(error).helps.name]


# As the desk's errors have them.
setattr(BaqylauError, "code", property(_code))
setattr(BaqylauError, "helps", property(_helps))


def __getattr__(name: str) -> Any:
    # Pandas is loaded by who asks for frames only.
    if name == "frames":
        import importlib

        return importlib.import_module(".frames", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
