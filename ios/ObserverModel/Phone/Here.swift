import Baqylau

/// A position in the core's units: ten-millionths of a degree, centimetres. Nothing where the phone does not know it.
/// `mock`: a program set it.
public func here(latitude: Double, longitude: Double, metres: Double, mock: Bool) -> Position? {
    guard (-90...90).contains(latitude), (-180...180).contains(longitude), metres >= 0 else { return nil }
    return Position(
        latitude: Int32((latitude * 1e7).rounded()), longitude: Int32((longitude * 1e7).rounded()),
        accuracy: UInt32(min((metres * 100).rounded(), 4_000_000_000)), mock: mock)
}

/// What comes first: a value, or the end of patience.
public func within<Value: Sendable>(
    _ patience: Duration, _ value: @escaping @Sendable () async throws -> Value?
) async -> Value? {
    await withTaskGroup(of: Value?.self) { both in
        both.addTask { try? await value() }
        both.addTask {
            try? await Task.sleep(for: patience)
            return nil
        }
        defer { both.cancelAll() }
        return await both.next() ?? nil
    }
}
