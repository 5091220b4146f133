// What the declarations take: the seeded mistakes beside this differ in the lines that say so.
import SwiftUI

struct Accepted: View {
    var body: some View {
        Button(action: {}) { Text(verbatim: "a row").frame(minHeight: 44).contentShape(Rectangle()) }
            .alert("sure?", isPresented: Binding(get: { true }, set: { _ in })) {
                Button(role: .destructive, action: {}) { Text(verbatim: "yes") }
                Button(role: .cancel, action: {}) { Text(verbatim: "no") }
            } message: {
                Text(verbatim: "it is gone then")
            }
    }
}
