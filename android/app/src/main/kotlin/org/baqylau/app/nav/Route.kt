package org.baqylau.app.nav

/** A screen, and what it is about. Written as text, so that the way back survives the process. */
sealed interface Route {
    data object Home : Route

    /** Choose a place: for a new visit with a checklist, or for a visit that began elsewhere. */
    data class Places(
        val checklist: String? = null,
        val visit: String? = null,
    ) : Route

    data class Visit(
        val code: String,
    ) : Route

    data class Checklist(
        val draft: Long,
        val section: Int? = null,
        val letter: Long? = null,
    ) : Route

    data class Review(
        val draft: Long,
    ) : Route

    data object Reports : Route

    data class Report(
        val seq: Long,
    ) : Route

    data object Letters : Route

    data object Work : Route

    data object Courier : Route

    data object Settings : Route

    fun write(): String =
        when (this) {
            is Places -> "Places/${checklist.orEmpty()}/${visit.orEmpty()}"
            is Visit -> "Visit/$code"
            is Checklist -> "Checklist/$draft/${section ?: ""}/${letter ?: ""}"
            is Review -> "Review/$draft"
            is Report -> "Report/$seq"
            else -> toString()
        }

    companion object {
        fun read(text: String): Route? {
            val parts = text.split('/')
            val part = { at: Int -> parts.getOrNull(at)?.ifEmpty { null } }
            return when (parts[0]) {
                "Home" -> Home
                "Places" -> Places(part(1), part(2))
                "Visit" -> part(1)?.let(::Visit)
                "Checklist" -> part(1)?.toLongOrNull()?.let { Checklist(it, part(2)?.toIntOrNull(), part(3)?.toLongOrNull()) }
                "Review" -> part(1)?.toLongOrNull()?.let(::Review)
                "Reports" -> Reports
                "Report" -> part(1)?.toLongOrNull()?.let(::Report)
                "Letters" -> Letters
                "Work" -> Work
                "Courier" -> Courier
                "Settings" -> Settings
                else -> null
            }
        }
    }
}
