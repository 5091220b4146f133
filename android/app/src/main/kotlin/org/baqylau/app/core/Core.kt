package org.baqylau.app.core

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.shareIn
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.baqylau.Baqylau
import org.baqylau.BaqylauException
import org.baqylau.Change
import org.baqylau.ObserverCoreInterface
import org.baqylau.SyncReport

/** The one door to the core. Every call runs off the main thread; its errors are `BaqylauException`. */
interface Core {
    /** What changed, for any number of screens. */
    val changes: Flow<Change>

    /** Calls the core. */
    suspend operator fun <T> invoke(call: ObserverCoreInterface.() -> T): T

    /** Delivers what waits; [now] when the observer asked. Cancelling it loses nothing. */
    suspend fun sync(now: Boolean): SyncReport

    /** Delivers everything anew, what was delivered before too. */
    suspend fun syncAgain(): SyncReport
}

/** How long one delivery may take: shorter than Android lets a job run. */
const val SYNC_BUDGET_MS = 8 * 60_000L

/** The core of this phone's store. */
class PhoneCore(
    private val baqylau: Baqylau,
    scope: CoroutineScope,
    private val watch: () -> Unit,
    private val onDamaged: (String) -> Unit,
) : Core {
    private val syncing = Mutex()

    override val changes = baqylau.changes().conflate().shareIn(scope, SharingStarted.WhileSubscribed(1_000))

    override suspend fun <T> invoke(call: ObserverCoreInterface.() -> T): T =
        try {
            baqylau {
                watch()
                call()
            }
        } catch (e: BaqylauException.Damaged) {
            onDamaged(e.file)
            throw e
        }

    suspend fun enrol(): SyncReport = baqylau.enrol(SYNC_BUDGET_MS)

    /** A job and the observer may want it at the same time. */
    override suspend fun sync(now: Boolean): SyncReport = syncing.withLock { baqylau.sync(SYNC_BUDGET_MS, now) }

    override suspend fun syncAgain(): SyncReport = syncing.withLock { baqylau.syncAgain(SYNC_BUDGET_MS) }

    fun close() = baqylau.close()

    companion object {
        suspend fun open(
            scope: CoroutineScope,
            watch: () -> Unit,
            onDamaged: (String) -> Unit,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
            open: () -> ObserverCoreInterface,
        ): PhoneCore = PhoneCore(Baqylau(dispatcher, open), scope, watch, onDamaged)
    }
}
