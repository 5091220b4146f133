package org.baqylau.app.enrol

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.baqylau.InviteView
import org.baqylau.app.R
import org.baqylau.app.core.Session
import org.baqylau.app.core.Words
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.readInvite

enum class EnrolStep { INVITE, SCAN, COMPARE, PIN, FETCH }

data class EnrolState(
    val step: EnrolStep = EnrolStep.INVITE,
    val invite: String = "",
    val about: InviteView? = null,
    val pin: String = "",
    val again: String = "",
    val proxy: String = "",
    val proxied: Boolean = false,
)

/** From an invite to a phone that knows the mission. */
class EnrolModel(
    private val session: Session,
    private val permissions: Permissions,
    fetching: Boolean,
) : ScreenModel<EnrolState>(EnrolState(if (fetching) EnrolStep.FETCH else EnrolStep.INVITE)) {
    init {
        // Set before the app was closed.
        if (fetching) act { seeProxy() }
    }

    private suspend fun seeProxy() {
        val proxy = session.proxy()
        update { copy(proxy = proxy.orEmpty(), proxied = proxy != null) }
    }

    fun type(invite: String) = update { copy(invite = invite) }

    fun scan() =
        act {
            if (permissions.ask(Permission.CAMERA)) {
                update { copy(step = EnrolStep.SCAN) }
            } else {
                fail(Words(R.string.error_camera))
            }
        }

    fun cameraFailed() {
        update { copy(step = EnrolStep.INVITE) }
        fail(Words(R.string.error_camera))
    }

    /** Reads the invite that was typed or scanned. */
    fun read(invite: String = state.value.invite) =
        act {
            val about = withContext(Dispatchers.IO) { readInvite(invite.trim()) }
            forgetError()
            update { copy(step = EnrolStep.COMPARE, invite = invite.trim(), about = about) }
        }

    /** The fingerprint is the one that the coordinators showed. */
    fun trust() = update { copy(step = EnrolStep.PIN) }

    fun distrust() = update { EnrolState() }

    fun pin(pin: String) = update { copy(pin = pin) }

    fun again(pin: String) = update { copy(again = pin) }

    fun create() {
        val now = state.value
        if (now.pin != now.again) return fail(Words(R.string.error_pin_differs))
        act {
            session.create(now.invite, now.pin)
            update { EnrolState(EnrolStep.FETCH) }
            session.fetch()
        }
    }

    /** The invite was no good: nothing was made with it yet. */
    fun another() =
        act {
            session.wipe()
            update { EnrolState() }
        }

    fun proxy(address: String) = update { copy(proxy = address) }

    /** Fetches through a SOCKS5 proxy from now on, or no longer: the network blocks what it cannot read. */
    fun useProxy(on: Boolean) =
        act {
            session.useProxy(state.value.proxy.trim().takeIf { on })
            seeProxy()
            session.fetch()
        }

    /** Once more: the network was gone. */
    fun fetch() = act { session.fetch() }
}
