import SwiftUI

struct Row: View {
    var body: some View { Text(verbatim: "yes").frame(minHeight: 44) }
}

struct RefusedInAlert: View {
    var body: some View {
        Text(verbatim: "a page")
            .alert("sure?", isPresented: Binding(get: { true }, set: { _ in })) {
                Row()  // refused: the system shows no such view in an alert
            } message: {
                Text(verbatim: "it is gone then")
            }
    }
}
