package org.baqylau.app.lock

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import org.baqylau.BaqylauException
import org.baqylau.app.R
import org.baqylau.app.core.Session
import org.baqylau.app.core.SessionState
import org.baqylau.app.core.Words
import org.baqylau.app.enrol.Pin
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Face
import org.baqylau.app.ui.ErrorCard
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary

data class LockState(
    val pin: String = "",
    /** Nothing of a damaged store could be read. */
    val nothing: Boolean = false,
)

/** The locked phone, and the phone that lost its store. */
class LockModel(
    private val session: Session,
    private val face: Face,
) : ScreenModel<LockState>(LockState()) {
    fun pin(pin: String) = update { copy(pin = pin) }

    fun unlock() =
        act {
            val pin = state.value.pin
            update { LockState() }
            session.unlock(pin)
        }

    fun unlockWithBiometric(title: String) = act { if (face.ask(title)) session.unlockWithBiometric() }

    fun salvage() =
        act {
            try {
                session.salvage(state.value.pin)
            } catch (_: BaqylauException.Invalid) {
                update { copy(nothing = true) }
            }
        }

    fun wipe() = act { session.wipe() }

    /** Opens once more what could not be opened. */
    fun again() = act { session.start() }
}

@Composable
fun LockScreen(
    model: LockModel,
    locked: SessionState.Locked,
) {
    val state by model.state.collectAsState()
    val title = stringResource(R.string.lock_title)
    Screen(
        title,
        null,
        model,
        bottom = {
            if (locked.face) Secondary(stringResource(R.string.lock_face), "face") { model.unlockWithBiometric(title) }
            Primary(stringResource(R.string.lock_open), "unlock", enabled = state.pin.isNotEmpty()) { model.unlock() }
        },
    ) {
        Paragraph(stringResource(R.string.lock_still_delivers))
        locked.attemptsLeft?.let {
            Paragraph("⚠ " + stringResource(R.string.lock_wrong) + " " + pluralStringResource(R.plurals.lock_left, it, it), "left")
        }
        Pin(state.pin, model::pin, R.string.pin, "pin")
    }
}

/** Too many wrong PINs: what was delivered is safe, the rest cannot be read by anybody. */
@Composable
fun LostScreen(model: LockModel) =
    Screen(
        stringResource(R.string.lost_title),
        null,
        model,
        bottom = { Primary(stringResource(R.string.lost_begin), "begin-anew") { model.wipe() } },
    ) {
        Paragraph(stringResource(R.string.lost_text), "lost")
    }

@Composable
fun DamagedScreen(
    model: LockModel,
    file: String,
) {
    val state by model.state.collectAsState()
    Screen(
        stringResource(R.string.damaged_title),
        null,
        model,
        bottom = {
            if (state.nothing) Secondary(stringResource(R.string.lost_begin), "begin-anew") { model.wipe() }
            Primary(stringResource(R.string.damaged_salvage), "salvage", enabled = state.pin.isNotEmpty()) { model.salvage() }
        },
    ) {
        if (state.nothing) ErrorCard(Words(R.string.damaged_nothing))
        Paragraph(stringResource(R.string.damaged_text, file), "damaged")
        Pin(state.pin, model::pin, R.string.pin, "pin")
    }
}

@Composable
fun BrokenScreen(
    model: LockModel,
    words: Words,
) = Screen(
    stringResource(R.string.damaged_title),
    null,
    model,
    bottom = { Primary(stringResource(R.string.enrol_again), "again") { model.again() } },
) {
    ErrorCard(words)
}
