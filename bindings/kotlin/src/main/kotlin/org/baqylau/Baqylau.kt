package org.baqylau

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CopyOnWriteArrayList

/**
 * The observer's core for coroutines. Every call of [ObserverCore] blocks; here each runs on [dispatcher], so that no screen waits.
 *
 * ```
 * val baqylau = Baqylau { ObserverCore.open(phone, vault, pin) }
 * val summary = baqylau { summary() }
 * ```
 */
class Baqylau private constructor(
    private val core: ObserverCoreInterface,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    /** Runs calls of the core off the caller's thread. Their errors are [BaqylauException]. */
    suspend operator fun <T> invoke(call: ObserverCoreInterface.() -> T): T = withContext(dispatcher) { guarded { core.call() } }

    /**
     * Delivers what waits. When the coroutine is cancelled the call is interrupted; what was acknowledged is kept.
     * [now]: the observer asked, so earlier failures are not waited for.
     */
    suspend fun sync(
        budgetMs: Long,
        now: Boolean = false,
    ): SyncReport = interruptible { if (now) syncNow(budgetMs.toULong()) else sync(budgetMs.toULong()) }

    /**
     * Delivers everything anew, what was delivered before too: for coordinators whose server lost some of it. What it has is not counted
     * twice. Cancelled as [sync] is.
     */
    suspend fun syncAgain(budgetMs: Long): SyncReport = interruptible { syncAgain(budgetMs.toULong()) }

    /** Fetches the mission and enrols; cancelled as [sync] is. Calling it again goes on where it broke off. */
    suspend fun enrol(budgetMs: Long): SyncReport = interruptible { enrol(budgetMs.toULong()) }

    private suspend fun interruptible(call: ObserverCoreInterface.() -> SyncReport): SyncReport =
        coroutineScope {
            var done = false
            val watch =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    try {
                        awaitCancellation()
                    } finally {
                        // Again until it came back: the call may not have begun yet.
                        withContext(NonCancellable) {
                            while (!done) {
                                ifOpen { interrupt() }
                                delay(INTERRUPT_MS)
                            }
                        }
                    }
                }
            try {
                invoke(call)
            } catch (e: BaqylauException.Interrupted) {
                // It is the cancellation that comes back, not its effect.
                ensureActive()
                throw e
            } finally {
                done = true
                watch.cancel()
            }
        }

    /** What changes, for as long as somebody collects it. Each collector hears everything. */
    fun changes(): Flow<Change> =
        callbackFlow {
            val told: (Change) -> Unit = { trySend(it) }
            ears += told
            ifOpen { listen(listener) }
            awaitClose { ears -= told }
        }.buffer(Channel.UNLIMITED)

    private val ears = CopyOnWriteArrayList<(Change) -> Unit>()

    private val listener =
        object : ChangeListener {
            override fun changed(change: Change) = ears.forEach { it(change) }
        }

    /** A coroutine may end after [close]: then there is nothing left to tell. */
    private fun ifOpen(tell: ObserverCoreInterface.() -> Unit) {
        try {
            core.tell()
        } catch (_: IllegalStateException) {
            return
        }
    }

    /** Frees the core, once the calls that run have ended. Call nothing afterwards. */
    override fun close() {
        (core as? AutoCloseable)?.close()
    }

    companion object {
        /** Opens a core off the caller's thread. */
        suspend operator fun invoke(
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
            open: () -> ObserverCoreInterface,
        ): Baqylau = Baqylau(withContext(dispatcher) { guarded(open) }, dispatcher)

        private const val INTERRUPT_MS = 20L
    }
}

/**
 * Calls the core; a fault of it, or no memory for its answer, is a [BaqylauException.Internal] as well, so that it ends the call and
 * not the app.
 */
fun <T> guarded(call: () -> T): T =
    try {
        call()
    } catch (e: InternalException) {
        throw BaqylauException.Internal(e.message.orEmpty())
    } catch (e: OutOfMemoryError) {
        throw BaqylauException.Internal(e.toString())
    }
