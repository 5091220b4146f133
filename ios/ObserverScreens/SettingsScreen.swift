import Baqylau
import ObserverModel
import SwiftUI

struct SettingsScreen: View {
    @Environment(\.say) private var say
    let model: SettingsModel
    let look: Look
    let version: String
    let back: @MainActor () -> Void

    var body: some View {
        Screen(say(.settingsTitle), model, back: back) {
            looks
            pins
            second
            Heading(say(.settingsLockAfter))
            ForEach(lockAfter, id: \.self) { ms in
                Choice(after(ms), ms == model.state.lockAfterMs, "lock-after-\(ms)") { model.lockAfter(ms) }
            }
            Secondary(say(.lockNow), "lock-now") { model.lock() }
            Heading(say(.settingsNotices))
            Paragraph(say(.settingsNoticesWhy))
            Secondary(say(model.state.notices ? .settingsNoticesOff : .settingsNoticesOn), "notices") {
                model.notices(!model.state.notices)
            }
            ProxyChoice(address: model.state.proxy, on: model.state.proxied) { model.proxy($0) } use: { model.useProxy($0) }
            again
            Heading(say(.settingsWipe))
            Secondary(say(.settingsWipe), "wipe") { model.askWipe(true) }
            about
        }
        .alert(say(.settingsWipe), isPresented: Binding(get: { model.state.askWipe }, set: { model.askWipe($0) })) {
            Button(role: .destructive, action: { model.wipe() }) { Text(verbatim: say(.settingsWipe)) }
            Button(role: .cancel, action: { model.askWipe(false) }) { Text(verbatim: say(.cancel)) }
        } message: {
            Text(verbatim: say(.settingsWipeAsk, model.state.unsent))
        }
    }

    @ViewBuilder private var looks: some View {
        Heading(say(.settingsLanguage))
        ForEach(model.state.mission?.languages ?? [], id: \.code) { spoken in
            Choice(spoken.name, spoken.code == look.language, "language-\(spoken.code)") { model.setLanguage(spoken.code) }
        }
        Heading(say(.settingsLook))
        Choice(say(.settingsLookSystem), !look.sun, "look-system") { look.sun(false) }
        Choice(say(.settingsLookSun), look.sun, "look-sun") { look.sun(true) }
    }

    @ViewBuilder private var pins: some View {
        Heading(say(.settingsPin))
        Pin(label: say(.settingsPinOld), name: "old-pin", text: model.state.oldPin) { model.oldPin($0) }
        Pin(label: say(.settingsPinNew), name: "new-pin", text: model.state.newPin) { model.newPin($0) }
        Secondary(say(.settingsPin), "change-pin") { model.changePin() }
            .disabled(model.state.oldPin.isEmpty || model.state.newPin.isEmpty)
        if model.state.changed { Paragraph("✓ " + say(.settingsPinChanged)) }
        if model.hasFace {
            Secondary(say(model.state.faceAllowed ? .settingsFaceOff : .settingsFaceOn), "face") {
                model.allowBiometric(!model.state.faceAllowed, say(.lockFace))
            }
        }
    }

    @ViewBuilder private var second: some View {
        if model.state.mission?.duressPin == true {
            Heading(say(.settingsDuress))
            Paragraph(say(.settingsDuressWhy))
            if model.state.secondDone { Paragraph("✓ " + say(.settingsDuressDone)) }
            Secondary(say(.settingsDuressSet), "second-pin") { model.secondPin(true) }
                .disabled(model.state.oldPin.isEmpty || model.state.newPin.isEmpty)
            Secondary(say(.settingsDuressTake), "second-off") { model.secondPin(false) }.disabled(model.state.oldPin.isEmpty)
        }
    }

    @ViewBuilder private var again: some View {
        Heading(say(.settingsAgain))
        Paragraph(say(.settingsAgainWhy))
        Secondary(say(.settingsAgain), "send-again") { model.sendAgain() }.disabled(model.state.sending)
        if model.state.sentAgain { Paragraph("✓ " + say(.settingsAgainDone)) }
    }

    @ViewBuilder private var about: some View {
        Heading(say(.settingsAbout))
        if let mission = model.state.mission {
            Paragraph(say(.settingsMission, mission.title, Int64(mission.version), mission.name, mission.team))
            Paragraph(say(.settingsFingerprint, mission.fingerprint))
        }
        Paragraph(say(.settingsVersion, version))
    }

    private func after(_ ms: Int64) -> String {
        ms == 0 ? say(.settingsLockAtOnce) : say(.settingsLockMinutes, Int(ms / 60_000))
    }
}
