import SwiftUI

struct RefusedOnLetters: View {
    var body: some View {
        VStack {
            Button(action: {}) { Text(verbatim: "a row").frame(minHeight: 44) }  // refused: it answers on its letters only
        }
    }
}
