import ObserverModel
import SwiftUI

/// A SOCKS5 proxy, as `host:port`, and whether one is set.
struct ProxyChoice: View {
    @Environment(\.say) private var say
    let address: String
    let on: Bool
    let type: @MainActor (String) -> Void
    let use: @MainActor (Bool) -> Void

    var body: some View {
        Heading(say(.settingsProxy))
        Paragraph(say(.settingsProxyWhy))
        TextField(text: Binding(get: { address }, set: { type($0) })) { Text(verbatim: "127.0.0.1:9050") }
            .autocorrectionDisabled()
            .accessibilityIdentifier("proxy")
        Secondary(say(.settingsProxySet), "proxy-on") { use(true) }.disabled(address.isEmpty)
        if on { Secondary(say(.settingsProxyOff), "proxy-off") { use(false) } }
    }
}
