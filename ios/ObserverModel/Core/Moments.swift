import Foundation

/// The moment it is, in milliseconds since 1970.
public func nowMs() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

func date(_ ms: Int64) -> Date { Date(timeIntervalSince1970: Double(ms) / 1_000) }

/// Whether a moment is today, where the phone is.
func isToday(_ ms: Int64) -> Bool { Calendar.current.isDateInToday(date(ms)) }

/// Minutes east of UTC at a moment.
public func offsetMinutes(_ ms: Int64) -> Int16 { Int16(TimeZone.current.secondsFromGMT(for: date(ms)) / 60) }
