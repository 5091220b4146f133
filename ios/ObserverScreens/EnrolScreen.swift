import ObserverModel
import SwiftUI

struct EnrolScreen: View {
    @Environment(\.say) private var say
    let model: EnrolModel
    let camera: any Camera
    let courier: @MainActor () -> Void

    var body: some View {
        Screen(say(.enrolTitle), model, back: back) {
            switch model.state.step {
            case .invite:
                Paragraph(say(.enrolInvite))
                Field(label: say(.enrolPaste), name: "invite", text: model.state.invite) { model.type($0) }
            case .scan: camera.scan(read: { model.read($0) }, failed: { model.cameraFailed() })
            case .compare: compare
            case .pin:
                Paragraph(say(.enrolPin))
                Pin(label: say(.pin), name: "pin", text: model.state.pin) { model.pin($0) }
                Pin(label: say(.pinAgain), name: "pin-again", text: model.state.again) { model.again($0) }
            case .fetch:
                Paragraph(say(.enrolFetch))
                ProxyChoice(address: model.state.proxy, on: model.state.proxied) { model.proxy($0) } use: { model.useProxy($0) }
            }
        } bottom: {
            buttons
        }
    }

    private var back: (@MainActor () -> Void)? {
        if model.state.step == .invite || model.state.step == .fetch { return nil }
        return { model.distrust() }
    }

    @ViewBuilder private var compare: some View {
        if let about = model.state.about {
            Paragraph(say(.enrolWho, about.name, about.team))
            Paragraph(say(.enrolCompare))
            Text(verbatim: about.fingerprint).font(.title2.monospaced()).accessibilityIdentifier("fingerprint")
            Paragraph(say(.enrolOnce))
        }
    }

    @ViewBuilder private var buttons: some View {
        switch model.state.step {
        case .invite:
            Secondary(say(.enrolScan), "scan") { model.scan() }
            Primary(say(.goOn), "read") { model.read() }.disabled(model.state.invite.isEmpty)
        case .scan: EmptyView()
        case .compare:
            Secondary(say(.enrolDiffers), "differs") { model.distrust() }
            Primary(say(.enrolSame), "same") { model.trust() }
        case .pin: Primary(say(.goOn), "create") { model.create() }.disabled(model.state.pin.isEmpty)
        case .fetch:
            Secondary(say(.enrolCourier), "by-courier", courier)
            Secondary(say(.enrolAnother), "another") { model.another() }
            Primary(say(.enrolAgain), "fetch") { model.fetch() }
        }
    }
}
