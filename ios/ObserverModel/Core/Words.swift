import Baqylau

/// What went wrong, for the observer: what happened and what to do, and the core's own words for whoever helps.
public struct Words: Equatable, Sendable {
    public let word: Word
    public let detail: String

    public init(_ word: Word, _ detail: String = "") {
        self.word = word
        self.detail = detail
    }
}

/// The words for an error. One that is not of the core is a fault of the app, and says so.
public func wordsOf(_ error: any Error) -> Words {
    switch error as? BaqylauError {
    case .Locked: Words(.errorLocked)
    case .Invalid(let place, let remedy): invalid(place, remedy)
    case .Refused(let why, let reason): refused(why, reason)
    case .DiskFull: Words(.errorDiskFull)
    case .Damaged(let file): Words(.errorDamaged, file)
    case .Interrupted: Words(.errorInterrupted)
    case .Internal(let reason): Words(.errorInternal, reason)
    case nil: Words(.errorInternal, "\(error)")
    }
}

private func invalid(_ place: String, _ remedy: String) -> Words {
    switch place {
    case "invite": Words(.errorInvite)
    case "PIN": Words(.errorPinShort)
    case "courier file": Words(.errorCourier)
    case "mission": Words(.errorNoMission)
    case "departure": Words(.errorDeparture)
    default: Words(.errorInvalid, "\(place): \(remedy)")
    }
}

/// Why somebody said no: the server, a signature, or the phone's key store.
public func refused(_ why: Why, _ reason: String) -> Words {
    switch why {
    case .noAnswer: Words(.errorNoAnswer)
    case .otherMission: Words(.errorOtherMission)
    case .expired: Words(.errorExpired)
    case .revoked: Words(.errorRevoked)
    case .later: Words(.errorLater, reason)
    case .notGenuine: Words(.errorNotGenuine)
    case .unfit: Words(.errorRefused, reason)
    case .keyStore: Words(.errorKeyStore, reason)
    case .notPublished: Words(.errorNotPublished)
    case .nothingUrgent: Words(.errorNoSos)
    case .syncing: Words(.errorSyncing)
    case .source: Words(.errorSource)
    }
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
