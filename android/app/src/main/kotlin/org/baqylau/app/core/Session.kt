package org.baqylau.app.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.baqylau.BaqylauException
import org.baqylau.KeyVault
import org.baqylau.ObserverCore
import org.baqylau.ObserverCoreInterface
import org.baqylau.Phone
import org.baqylau.SyncReport
import org.baqylau.salvage
import org.baqylau.storeExists
import org.baqylau.guarded
import org.baqylau.wipe

/** Where the app stands with the phone's store. */
sealed interface SessionState {
    data object Starting : SessionState

    /** There is no store: an invite is needed. */
    data object NoStore : SessionState

    /** The PIN is needed. What waits is delivered meanwhile. */
    data class Locked(
        val face: Boolean,
        val attemptsLeft: Int? = null,
    ) : SessionState

    /** The mission is not here yet. */
    data class Enrolling(
        val core: Core,
    ) : SessionState

    data class Open(
        val core: Core,
    ) : SessionState

    /** Too many wrong PINs: nothing can be read any more. */
    data object Lost : SessionState

    data class Damaged(
        val file: String,
    ) : SessionState

    /** The store cannot be opened: it is of a later version, or the phone's key store refuses. */
    data class Broken(
        val words: Words,
    ) : SessionState
}

/** Opens, locks and wipes the store; one for the process. */
class Session(
    private val phone: () -> Phone,
    private val vault: KeyVault,
    private val scope: CoroutineScope,
    private val watch: () -> Unit,
) {
    private val mutable = MutableStateFlow<SessionState>(SessionState.Starting)
    private val mutex = Mutex()
    private var core: PhoneCore? = null

    /** How many stores were given up: what belongs to one of them is of no use any more. */
    var gone = 0
        private set

    val state: StateFlow<SessionState> = mutable.asStateFlow()

    /** Opens what is there, locked. */
    suspend fun start() =
        mutex.withLock {
            if (core != null) return@withLock
            mutable.value =
                try {
                    val exists = withContext(Dispatchers.IO) { guarded { storeExists(phone(), vault) } }
                    if (exists) locked(opened { ObserverCore.openLocked(phone(), vault) }) else SessionState.NoStore
                } catch (e: BaqylauException) {
                    // Opened anew the next time.
                    core?.close()
                    core = null
                    broken(e)
                }
        }

    /** Makes the store; the mission is fetched by [fetch]. */
    suspend fun create(
        invite: String,
        pin: String,
    ) = mutex.withLock {
        mutable.value = SessionState.Enrolling(opened { ObserverCore.create(phone(), vault, pin, invite) })
    }

    /** Fetches the mission and enrols. Goes on where it broke off. */
    suspend fun fetch() {
        val core = core ?: return
        core.enrol()
        mutable.value = known(core)
    }

    /** Goes through a SOCKS5 proxy from now on, as `host:port`; null ends it. */
    suspend fun useProxy(address: String?) {
        core?.invoke { setProxy(address) }
    }

    /** The proxy that is set. */
    suspend fun proxy(): String? = core?.invoke { proxy() }

    /** Looks whether the mission is here: a courier may have brought it. */
    suspend fun look() {
        core?.let { mutable.value = known(it) }
    }

    suspend fun unlock(pin: String) = unlocking { unlock(pin) }

    suspend fun unlockWithBiometric() = unlocking { unlockWithBiometric() }

    private suspend fun unlocking(open: ObserverCoreInterface.() -> Unit) {
        val core = core ?: return
        try {
            // The second PIN opens another store: the screens of the one before do not come back.
            val another =
                core {
                    val before = replaced()
                    open()
                    replaced() != before
                }
            if (another) gone++
            mutable.value = known(core)
        } catch (e: BaqylauException.Locked) {
            val left = e.attemptsLeft.toInt()
            mutable.value = if (left == 0) SessionState.Lost else SessionState.Locked(face(core), left)
        } catch (e: BaqylauException.Damaged) {
            mutable.value = broken(e)
        }
    }

    /** Closes what the PIN opened. Nothing of it is seen from the first moment. */
    suspend fun lock() {
        val core = core ?: return
        // The screen that asked for it is gone at once.
        withContext(NonCancellable) {
            mutable.value = SessionState.Starting
            mutable.value =
                try {
                    core { lock() }
                    locked(core)
                } catch (e: BaqylauException) {
                    broken(e)
                }
        }
    }

    /** Makes a damaged store anew from what can be read. */
    suspend fun salvage(pin: String) {
        val before = mutable.value
        close()
        try {
            withContext(Dispatchers.IO) { guarded { salvage(phone(), vault, pin) } }
        } catch (e: BaqylauException) {
            mutable.value = before
            throw e
        }
        start()
    }

    /** Destroys keys and files. */
    suspend fun wipe() {
        close()
        withContext(Dispatchers.IO) { guarded { wipe(phone(), vault) } }
        start()
    }

    /** Delivers what waits, locked or not; what a background job calls. Nothing where there is no store. */
    suspend fun deliver(): SyncReport? {
        start()
        return core?.sync(now = false)
    }

    private suspend fun close() =
        mutex.withLock {
            core?.close()
            core = null
            gone++
            mutable.value = SessionState.Starting
        }

    private suspend fun opened(open: () -> ObserverCoreInterface): PhoneCore =
        PhoneCore.open(scope, watch, ::damaged, open = open).also { core = it }

    private suspend fun locked(core: PhoneCore) = SessionState.Locked(face(core))

    private suspend fun face(core: PhoneCore) = core { hasBiometric() }

    private suspend fun known(core: PhoneCore): SessionState =
        try {
            core { mission() }
            SessionState.Open(core)
        } catch (e: BaqylauException.Invalid) {
            SessionState.Enrolling(core)
        }

    /** Damage shows when a page is read, at any call. */
    private fun damaged(file: String) {
        mutable.value = SessionState.Damaged(file)
    }

    private fun broken(e: BaqylauException): SessionState =
        if (e is BaqylauException.Damaged) SessionState.Damaged(e.file) else SessionState.Broken(wordsOf(e))
}
