package org.baqylau.app.checklist

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.baqylau.Answer
import org.baqylau.BaqylauException
import org.baqylau.ByteSource
import org.baqylau.ChecklistPage
import org.baqylau.ChoiceView
import org.baqylau.Key
import org.baqylau.ObserverCoreInterface
import org.baqylau.Problem
import org.baqylau.RowKind
import org.baqylau.RowView
import org.baqylau.ViewChange
import org.baqylau.Wanted
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.core.Words
import org.baqylau.app.core.unfit
import org.baqylau.app.nav.Route
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Recording
import org.baqylau.app.phone.Services
import org.baqylau.bytesSource

/** One section of a checklist, answer by answer. */
class ChecklistModel(
    private val core: Core,
    private val route: Route.Checklist,
    private val services: Services,
) : ScreenModel<ChecklistState>(ChecklistState()) {
    val draft = route.draft
    private val waits = HashMap<Key, Job>()
    private var recording: Recording? = null

    /** What is being attached: nobody leaves before it is kept. */
    private val attaching = mutableListOf<Job>()

    /** One at a time asks the core and draws what it says: nothing older is drawn over it. */
    private val turn = Mutex()

    init {
        // Another language, another place, an amendment: whatever changes is drawn anew.
        follow(core) { look { here() } }
    }

    /** What is open, or what is to be opened first. */
    private fun here(): Wanted {
        val section = if (state.value.sections.isEmpty()) route.section else state.value.section
        return if (section == null) Wanted.First else Wanted.Section(section.toUInt())
    }

    /** What is wanted is asked for when its turn comes: the page may be turned meanwhile. */
    private suspend fun look(wanted: () -> Wanted) = turn.withLock { draw(wanted()) }

    /** A draw is one call of the core. */
    private suspend fun draw(wanted: Wanted): ChecklistPage {
        val page = core { checklistPage(draft, wanted, route.letter) }
        update {
            copy(
                title = page.draft.title,
                finished = page.draft.finished,
                sections = page.sections,
                section = page.section.toInt(),
                rows = page.rows,
                progress = page.progress,
                asked = page.asked,
            )
        }
        return page
    }

    fun openSection(section: Int) =
        act {
            flush()
            update { copy(over = null) }
            val page = look { Wanted.Section(section.toUInt()) }
            if (state.value.paper) update { copy(focus = page.unanswered) }
        }

    /** The next section that is shown, or the review. */
    fun next(review: () -> Unit) {
        val following = state.value.shown.firstOrNull { it.section.toInt() > state.value.section }
        if (following != null) {
            openSection(following.section.toInt())
        } else {
            leave(review)
        }
    }

    /** Goes to the next question without an answer, wherever it is. */
    fun jump() =
        act {
            flush()
            val page = look { state.value.let { Wanted.Unanswered(it.focus, it.section.toUInt()) } }
            // On paper nothing is left to ask, maybe.
            if (page.unanswered != null || state.value.paper) update { copy(focus = page.unanswered) }
        }

    fun paper(on: Boolean) {
        update { copy(paper = on, focus = null) }
        if (on) jump()
    }

    fun choose(
        row: RowView,
        option: Option,
    ) = set(row.key, if (row.has(option)) null else answerOf(option))

    /** An answer, or none. */
    fun set(
        key: Key,
        answer: Answer?,
    ) = saving(key) { if (answer == null) clearAnswer(draft, key) else setAnswer(draft, key, answer) }

    /** What stands on the paper, by its number; the next question comes by itself. */
    fun fromPaper(
        row: RowView,
        option: Option,
    ) = once { if (saved(row.key) { setAnswer(draft, row.key, answerOf(option)) }) jump().join() }

    /** One of several, as they are when its turn comes: a second tap may be on its way already. */
    fun toggle(
        row: RowView,
        choice: ChoiceView,
    ) = saving(row.key) {
        val now = state.value.rows.firstOrNull { it.key == row.key } ?: row
        toggled(now, choice)?.let { setAnswer(draft, row.key, it) } ?: clearAnswer(draft, row.key)
    }

    private fun saving(
        key: Key,
        call: ObserverCoreInterface.() -> ViewChange,
    ) = act { saved(key, call) }

    /** An answer, in place of what was typed before; whether the core took it. */
    private suspend fun saved(
        key: Key,
        call: ObserverCoreInterface.() -> ViewChange,
    ): Boolean {
        waits.remove(key)?.cancel()
        finish { it != key }
        update { copy(wrong = wrong - key) }
        try {
            changed(call) { copy(typed = typed - key) }
            return true
        } catch (e: BaqylauException.Invalid) {
            fail(unfit(e.reason))
            return false
        }
    }

    /** A change that is no answer: what was typed is kept before it. Whether the core took it. */
    private suspend fun beside(call: ObserverCoreInterface.() -> ViewChange): Boolean {
        finish { true }
        try {
            changed(call) { this }
            return true
        } catch (e: BaqylauException.Invalid) {
            fail(unfit(e.reason))
            return false
        }
    }

    /** Calls the core, and draws what it changed. */
    private suspend fun changed(
        call: ObserverCoreInterface.() -> ViewChange,
        then: ChecklistState.() -> ChecklistState,
    ) {
        val page = state.value.section
        update { copy(saving = saving + 1) }
        try {
            turn.withLock {
                val change = core(call)
                update { copy(sections = sections.follow(change), progress = change.progress).then() }
                // The page was turned meanwhile: the change speaks of the one before.
                if (state.value.section == page) update { copy(rows = rows.with(change)) } else draw(here())
            }
        } finally {
            update { copy(saving = saving - 1) }
        }
    }

    /**
     * A text becomes an answer when the hand rests. A number does when it is finished: on the way to 13 it is 1, which would take the
     * other rows of a repeat away. Who types elsewhere has finished.
     */
    fun type(
        key: Key,
        text: String,
    ) {
        update { copy(typed = typed + (key to text), wrong = wrong - key) }
        waits.remove(key)?.cancel()
        waits[key] =
            act {
                delay(REST_MS)
                if (isNumber(key)) read(key, text) else keep(key, text)
            }
        if (state.value.typed.size > 1) act { finish { it != key } }
    }

    /** What was typed for a question is finished. */
    fun finish(key: Key) = act { finish { it == key } }

    private suspend fun finish(which: (Key) -> Boolean) {
        for ((key, text) in state.value.typed.filterKeys { which(it) && it !in state.value.wrong }) {
            waits.remove(key)?.cancel()
            keep(key, text)
        }
    }

    private fun isNumber(key: Key) =
        when (kindOf(key)) {
            is RowKind.Integer, is RowKind.Decimal, is RowKind.Range -> true
            else -> false
        }

    /** Says what is no answer of its kind, and keeps nothing. */
    private suspend fun read(
        key: Key,
        text: String,
    ) {
        waits.remove(key)
        if (text.isBlank()) return
        try {
            core { readAnswer(draft, key, text) }
        } catch (e: BaqylauException.Invalid) {
            // It may have been typed on, or kept, meanwhile.
            update { if (typed[key] == text) copy(wrong = wrong + (key to unfit(e.reason).text)) else this }
        }
    }

    private fun kindOf(key: Key) = state.value.rows.firstOrNull { it.key == key }?.kind

    private suspend fun keep(
        key: Key,
        text: String,
    ) {
        waits.remove(key)
        try {
            changed({ setText(draft, key, text) }) {
                if (typed[key] == text) copy(typed = typed - key) else this
            }
            val kept = state.value.rows.firstOrNull { it.key == key }?.answerText
            update { copy(written = if (kept == null) written - key else written + (key to (text to kept))) }
        } catch (e: BaqylauException.Invalid) {
            update { copy(wrong = wrong + (key to unfit(e.reason).text)) }
        }
    }

    /** Keeps everything that was typed; before the page is left. */
    suspend fun flush() {
        for ((key, text) in state.value.typed) {
            waits.remove(key)?.cancel()
            keep(key, text)
        }
    }

    /** The app goes out of sight, and the phone's sound with it: what was typed and recorded is kept, and the observer is told. */
    fun pause() {
        val ended = recording != null
        leave { if (ended) fail(Words(R.string.error_recording)) }
    }

    /** Stays where something that was typed is no answer: it would be gone. */
    fun leave(then: () -> Unit) =
        act {
            if (recording != null) stopRecording()
            // What ends a recording begins to attach it.
            var at = 0
            while (at < attaching.size) attaching[at++].join()
            flush()
            if (state.value.wrong.isEmpty()) then() else fail(Words(R.string.error_invalid))
        }

    override fun close() {
        // A recording that nobody waits for any more ends.
        recording?.let { services.microphone.drop(it) }
        recording = null
        super.close()
    }

    fun over(over: Over?) {
        say((over as? Over.Note)?.row?.note.orEmpty())
        update { copy(over = over) }
    }

    fun note(
        row: RowView,
        text: String,
    ) = act { if (beside { setNote(draft, row.key, text.ifBlank { null }) }) over(null) }

    fun confirm(
        problem: Problem,
        reason: String,
    ) = act { if (beside { confirm(draft, problem.key, reason.ifBlank { null }) }) over(null) }

    private fun covered(then: () -> Unit) {
        over(null)
        then()
    }

    fun addRow(repeat: Key) = act { beside { addRow(draft, repeat).change } }

    fun removeRow(row: Key) = act { beside { removeRow(draft, row) } }

    fun search(
        row: RowView,
        query: String,
    ) = act {
        over(Over.Search(row, query, (state.value.over as? Over.Search)?.found.orEmpty()))
        val found = core { choices(draft, row.key, query, 0u, PAGE) }
        update { if ((over as? Over.Search)?.query == query) copy(over = Over.Search(row, query, found)) else this }
    }

    fun photograph(key: Key) = with(Permission.CAMERA, R.string.error_camera) { over(Over.Photograph(key)) }

    fun scan(key: Key) = with(Permission.CAMERA, R.string.error_camera) { over(Over.Scan(key)) }

    fun cameraFailed() = covered { fail(Words(R.string.error_camera)) }

    fun attach(
        key: Key,
        media: String,
        source: ByteSource,
    ) = covered { attaching += saving(key) { attach(draft, key, media, source) } }

    fun photographed(
        key: Key,
        jpeg: ByteArray,
    ) = attach(key, "image/jpeg", bytesSource(jpeg))

    fun scanned(
        key: Key,
        text: String,
    ) = covered { set(key, Answer.Text(text)) }

    fun pick(
        key: Key,
        type: String,
    ) = act { services.files.pick(type)?.let { attach(key, it.media, it.source) } }

    fun record(key: Key) =
        with(Permission.MICROPHONE, R.string.error_microphone) {
            if (recording != null) return@with
            recording = services.microphone.record() ?: return@with fail(Words(R.string.error_microphone))
            update { copy(recording = key) }
        }

    fun stopRecording() {
        attaching +=
            act {
                val key = state.value.recording ?: return@act
                val running = recording ?: return@act
                recording = null
                val sound = running.stop()
                update { copy(recording = null) }
                attach(key, "audio/wav", sound)
            }
    }

    fun position(key: Key) =
        with(Permission.POSITION, R.string.error_position) {
            val at = services.locator.position()
            if (at == null) fail(Words(R.string.error_no_position)) else set(key, Answer.Point(at))
        }

    private fun with(
        permission: Permission,
        refused: Int,
        then: suspend () -> Unit,
    ) = act { if (services.permissions.ask(permission)) then() else fail(Words(refused)) }

    /** What was attached, to be looked at. */
    suspend fun attachment(name: String): ByteArray = core { readAttachment(draft, name) }

    private companion object {
        const val REST_MS = 400L
        const val PAGE = 50u
    }
}
