import ObserverModel
import SwiftUI

struct LockScreen: View {
    @Environment(\.say) private var say
    let model: LockModel
    let face: Bool
    let attemptsLeft: Int?

    var body: some View {
        Screen(say(.lockTitle), model, back: nil) {
            Paragraph(say(.lockStillDelivers))
            if let attemptsLeft { Paragraph("⚠ " + say(.lockWrong) + " " + say(.lockLeft, attemptsLeft)) }
            Pin(label: say(.pin), name: "pin", text: model.pin) { model.pin($0) }
        } bottom: {
            if face { Secondary(say(.lockFace), "face") { model.unlockWithBiometric(say(.lockTitle)) } }
            Primary(say(.lockOpen), "unlock") { model.unlock() }.disabled(model.pin.isEmpty)
        }
    }
}

/// Too many wrong PINs: what was delivered is safe, the rest cannot be read by anybody.
struct LostScreen: View {
    @Environment(\.say) private var say
    let model: LockModel

    var body: some View {
        Screen(say(.lostTitle), model, back: nil) {
            Paragraph(say(.lostText))
        } bottom: {
            Primary(say(.lostBegin), "begin-anew") { model.wipe() }
        }
    }
}

struct DamagedScreen: View {
    @Environment(\.say) private var say
    let model: LockModel
    let file: String

    var body: some View {
        Screen(say(.damagedTitle), model, back: nil) {
            if model.nothing { ErrorCard(words: Words(.damagedNothing)) }
            Paragraph(say(.damagedText, file))
            Pin(label: say(.pin), name: "pin", text: model.pin) { model.pin($0) }
        } bottom: {
            if model.nothing { Secondary(say(.lostBegin), "begin-anew") { model.wipe() } }
            Primary(say(.damagedSalvage), "salvage") { model.salvage() }.disabled(model.pin.isEmpty)
        }
    }
}

struct BrokenScreen: View {
    @Environment(\.say) private var say
    let model: LockModel
    let words: Words

    var body: some View {
        Screen(say(.damagedTitle), model, back: nil) {
            ErrorCard(words: words)
        } bottom: {
            Primary(say(.enrolAgain), "again") { model.again() }
        }
    }
}
