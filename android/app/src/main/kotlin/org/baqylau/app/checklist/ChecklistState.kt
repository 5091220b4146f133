package org.baqylau.app.checklist

import org.baqylau.ChoiceView
import org.baqylau.Key
import org.baqylau.Problem
import org.baqylau.Progress
import org.baqylau.RowView
import org.baqylau.SectionView

/** What lies over the page. */
sealed interface Over {
    data object Sections : Over

    data class Note(
        val row: RowView,
    ) : Over

    data class Confirm(
        val problem: Problem,
    ) : Over

    data class Photograph(
        val key: Key,
    ) : Over

    data class Scan(
        val key: Key,
    ) : Over

    data class Search(
        val row: RowView,
        val query: String,
        val found: List<ChoiceView>,
    ) : Over
}

data class ChecklistState(
    val title: String = "",
    /** It was signed: it is only looked at. */
    val finished: Boolean = false,
    val sections: List<SectionView> = emptyList(),
    val section: Int = 0,
    val rows: List<RowView> = emptyList(),
    val progress: Progress = Progress(0u, 0u),
    /** What stands in a field and is not an answer yet. */
    val typed: Map<Key, String> = emptyMap(),
    /** How an answer was written, and how the core writes it: "12." stays while it is typed. */
    val written: Map<Key, Pair<String, String>> = emptyMap(),
    /** What is no answer of its kind, and the words for it. */
    val wrong: Map<Key, Int> = emptyMap(),
    val saving: Int = 0,
    /** Entered from a paper form: one question at a time, answered by its numbers. */
    val paper: Boolean = false,
    val focus: Key? = null,
    /** The questions that a coordinator asks about. */
    val asked: List<Key> = emptyList(),
    val recording: Key? = null,
    val over: Over? = null,
) {
    val shown get() = sections.filter { it.shown }
}
