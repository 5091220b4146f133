import Baqylau
import Foundation

/// What went wrong, for the observer: what happened and what to do, and which visit, place, file or answer it is about.
public struct Words: Equatable, Sendable {
    public let word: Word
    public let detail: String

    public init(_ word: Word, _ detail: String = "") {
        self.word = word
        self.detail = detail
    }
}

/// What a library says of a failure, in English: for whoever helps, in the phone's log, and on no screen. It holds no answer.
func note(_ detail: String) { NSLog(detail.replacingOccurrences(of: "%", with: "%%")) }

/// The words for an error. One that is not of the core is a fault of the app, and says so.
public func wordsOf(_ error: any Error) -> Words {
    switch error as? BaqylauError {
    case .Refused(_, let reason), .DiskFailed(let reason), .Internal(let reason): note(reason)
    case .Locked, .Invalid, .DiskReadOnly, .NewerStore, .DiskFull, .Damaged, .Interrupted: break
    case nil: note("\(error)")
    }
    return said(error as? BaqylauError)
}

private func said(_ error: BaqylauError?) -> Words {
    switch error {
    case .Locked: Words(.errorLocked)
    case .Invalid(let reason): unfit(reason)
    case .Refused(let why, _): refused(why)
    case .DiskReadOnly: Words(.errorDiskReadOnly)
    case .DiskFailed: Words(.errorDiskFailed)
    case .NewerStore: Words(.errorNewerStore)
    case .DiskFull: Words(.errorDiskFull)
    case .Damaged(let file): Words(.errorDamaged, file)
    case .Interrupted: Words(.errorInterrupted)
    case .Internal, nil: Words(.errorInternal)
    }
}

/// What does not fit, or is missing for what was tried.
public func unfit(_ reason: InvalidReason) -> Words {
    switch reason {
    case .noInvite, .inviteDamaged, .inviteUnusable: Words(.errorInvite)
    case .storeExists: Words(.errorStoreExists)
    case .noStore: Words(.errorNoStore)
    case .wiped: Words(.errorWiped)
    case .mainLost: Words(.errorMainLost)
    case .lockDamaged: Words(.errorLockDamaged)
    case .pinTooShort: Words(.errorPinShort)
    case .pinTaken: Words(.errorPinTaken)
    case .duressOff: Words(.errorDuressOff)
    case .noProxy: Words(.errorNoProxy)
    case .biometricOff: Words(.errorBiometricOff)
    case .enrolmentUnsigned: Words(.errorUnlockOnce)
    case .notEnrolled: Words(.errorNotEnrolled)
    case .noMission: Words(.errorNoMission)
    case .workClosed: Words(.errorWorkClosed)
    case .noSuchVisit(let code): Words(.errorNoVisit, code)
    case .visitCodeTaken(let code): Words(.errorVisitCodeTaken, code)
    case .visitDamaged(let code): Words(.errorVisitDamaged, code)
    case .visitForgotten: Words(.errorVisitForgotten)
    case .noSuchPlace(let code): Words(.errorNoPlace, code)
    case .placeNotListed: Words(.errorPlaceNotListed)
    case .departureBeforeArrival: Words(.errorDeparture)
    case .noSuchChecklist(let checklist): Words(.errorNoChecklist, checklist)
    case .checklistSigned: Words(.errorChecklistSigned)
    case .otherPlaceLevel(_, let levels): Words(.errorOtherLevel, levels.joined(separator: ", "))
    case .noSuchDraft: Words(.errorNoDraft)
    case .draftSigned: Words(.errorDraftSigned)
    case .noNewerVersion: Words(.errorNoNewerVersion)
    case .noSuchSection, .noSuchQuestion: Words(.errorNoQuestion)
    case .notAnAnswer(_, let expectation): Words(expected(expectation))
    case .hidden: Words(.errorHidden)
    case .readOnly: Words(.errorReadOnly)
    case .notOffered: Words(.errorNotOffered)
    case .exclusive(_, let choice): Words(.errorExclusive, choice)
    case .missingNotOffered: Words(.errorMissingNotOffered)
    case .tooLong: Words(.errorTooLong)
    case .expression: Words(.errorExpression)
    case .impossible(_, let text): Words(.errorImpossible, text)
    case .unanswered(let question): Words(.errorUnanswered, question)
    case .unconfirmed(let question): Words(.errorUnconfirmed, question)
    case .tooManyRows: Words(.errorRowLimit)
    case .reportTooLarge: Words(.errorReportTooLarge)
    case .noSuchReport: Words(.errorNoReport)
    case .superseded: Words(.errorSuperseded)
    case .noReason: Words(.errorNoReason)
    case .noAmendment: Words(.errorNoAmendment)
    case .amendedReportGone: Words(.errorAmendedGone)
    case .openDrafts: Words(.errorOpenDrafts)
    case .noSuchLetter: Words(.errorNoLetter)
    case .letterWithoutReport: Words(.errorLetterWithoutReport)
    case .takesNoFile, .mediaNotTaken, .fileDamaged: Words(.errorAttachment)
    case .foreignTrack: Words(.errorForeignTrack)
    case .fileTooLarge: Words(.errorFileTooLarge)
    case .noSuchAttachment, .attachmentDamaged: Words(.errorAttachmentGone)
    case .courierDamaged, .courierTooLarge, .courierFrame, .courierMixed: Words(.errorCourier)
    case .courierOfOtherMission: Words(.errorOtherMission)
    case .attachmentUnnamed: Words(.errorAttachmentUnnamed)
    }
}

/// What a question takes.
private func expected(_ expectation: AnswerExpectation) -> Word {
    switch expectation {
    case .choice, .choices: .errorNotOffered
    case .integer: .wrongInteger
    case .shorterInteger: .wrongLongInteger
    case .decimal: .wrongNumber
    case .shorterDecimal: .wrongLongNumber
    case .unambiguous: .wrongAmbiguous
    case .step: .wrongStep
    case .date: .wrongDate
    case .time: .wrongTime
    case .moment: .wrongDate
    case .existingTime: .wrongTimeSkipped
    case .offset: .wrongTimeTwice
    case .position: .wrongPosition
    case .file: .errorAttachment
    case .acknowledgement, .text: .wrongText
    case .possible: .wrongPossible
    case .nothing: .errorReadOnly
    }
}

/// Why somebody said no: the server, a signature, or the phone's key store.
public func refused(_ why: Why) -> Words {
    switch why {
    case .noAnswer: Words(.errorNoAnswer)
    case .otherMission: Words(.errorOtherMission)
    case .expired: Words(.errorExpired)
    case .revoked: Words(.errorRevoked)
    case .later: Words(.errorLater)
    case .notGenuine: Words(.errorNotGenuine)
    case .unfit: Words(.errorRefused)
    case .appTooOld: Words(.errorAppTooOld)
    case .notTaken: Words(.errorNotTaken)
    case .unknownReason: Words(.errorUnknownReason)
    case .keyStore: Words(.errorKeyStore)
    case .notPublished: Words(.errorNotPublished)
    case .nothingUrgent: Words(.errorNoSos)
    case .syncing: Words(.errorSyncing)
    case .source: Words(.errorSource)
    case .fileNotTaken: Words(.errorFileNotTaken)
    case .fileLost: Words(.errorFileLost)
    }
}

/// Why a newer version of the mission was not taken.
public func rejected(_ refusal: BundleRefusal) -> Word {
    switch refusal {
    case .notGenuine: .bundleNotGenuine
    case .appTooOld: .bundleAppTooOld
    case .otherMission: .bundleOtherMission
    case .rollback: .bundleRollback
    case .fork: .bundleFork
    case .partDamaged: .bundlePartDamaged
    }
}

/// What the observer must know of the server's log; nothing when it is proved to be one.
public func logWord(_ log: LogConsistency) -> Word? {
    switch log {
    case .proved: nil
    case .unproved: .logUnproved
    case .withheld: .logWithheld
    case .contradicted: .logContradicted
    }
}

/// Why something still waits after a delivery: the server was not heard, or it was and does not take it.
public func waiting(_ done: SyncReport) -> Words {
    if done.trouble == nil, let refusal = done.refusal { return refused(refusal) }
    return waiting(done.trouble)
}

/// Why something still waits after a delivery.
public func waiting(_ trouble: Trouble?) -> Words {
    switch trouble {
    case .unreachable: Words(.troubleUnreachable)
    case .silent: Words(.troubleSilent)
    case .foreign: Words(.troubleForeign)
    case .busy: Words(.troubleBusy)
    case .unpublished: Words(.troubleUnpublished)
    case .full: Words(.troubleFull)
    case nil: Words(.errorLater)
    }
}
