package org.baqylau.app.nav

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.onStart
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.baqylau.BaqylauException
import org.baqylau.Change
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.core.Words
import org.baqylau.app.core.note
import org.baqylau.app.core.wordsOf

/** The state of one screen; lives as long as the screen is on the way back, whatever becomes of the activity. */
abstract class ScreenModel<S>(
    initial: S,
) {
    protected val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val mutable = MutableStateFlow(initial)
    private val mutableError = MutableStateFlow<Words?>(null)
    private val mutableBusy = MutableStateFlow(0)
    private val mutableSaid = MutableStateFlow("")

    val state: StateFlow<S> = mutable.asStateFlow()

    /** What went wrong last. */
    val error: StateFlow<Words?> = mutableError.asStateFlow()

    /** How many calls are under way. */
    val busy: StateFlow<Int> = mutableBusy.asStateFlow()

    /** A note or a reason that is being written. Here, not in what the system saves of an activity: that leaves the process. */
    val said: StateFlow<String> = mutableSaid.asStateFlow()

    fun say(text: String) {
        mutableSaid.value = text
    }

    protected fun update(change: S.() -> S) = mutable.update(change)

    fun forgetError() {
        mutableError.value = null
    }

    protected fun fail(words: Words) {
        mutableError.value = words
    }

    /** Does something; an error of the core is shown, and nothing is lost by it. */
    protected fun act(block: suspend CoroutineScope.() -> Unit): Job =
        scope.launch {
            mutableBusy.update { it + 1 }
            try {
                block()
            } catch (e: BaqylauException) {
                fail(wordsOf(e))
            } catch (e: CancellationException) {
                throw e
            } catch (_: OutOfMemoryError) {
                // A picture or a recording was too large; nothing that was kept depends on it.
                fail(Words(R.string.error_memory))
            } catch (
                // What files, cameras and the system throw is of every kind.
                @Suppress("TooGenericExceptionCaught") e: Exception,
            ) {
                note(e.toString())
                fail(Words(R.string.error_internal))
            } finally {
                mutableBusy.update { it - 1 }
            }
        }

    private var sole: Job? = null

    /** Does something that a second tap must not do again. */
    protected fun once(block: suspend CoroutineScope.() -> Unit): Job = sole?.takeIf { it.isActive } ?: act(block).also { sole = it }

    /** Looks now, and again whenever the core says that something changed; an error does not end it. */
    protected fun follow(
        core: Core,
        look: suspend () -> Unit,
    ) = scope.launch { core.changes.onStart { emit(Change.WORK) }.collect { act { look() }.join() } }

    /** The screen is gone. */
    open fun close() = scope.cancel()
}
