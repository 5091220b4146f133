package org.baqylau.app.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/** Locks the store when the app was out of sight for a while. */
class Away(
    private val session: Session,
    private val scope: CoroutineScope,
    private val elapsedMs: () -> Long,
) {
    private var lockAt: Long? = null
    private var waiting: Job? = null

    /** The app is out of sight: locked after [lockAfterMs]. */
    fun leave(lockAfterMs: Long) {
        lockAt = elapsedMs() + lockAfterMs
        waiting =
            scope.launch {
                delay(lockAfterMs)
                session.lock()
            }
    }

    /** The app is seen again. A process that slept did not wait: the clock decides. */
    fun comeBack() {
        waiting?.cancel()
        val due = lockAt ?: return
        lockAt = null
        if (elapsedMs() >= due) scope.launch { session.lock() }
    }
}
