package org.baqylau.app.settings

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import org.baqylau.MissionView
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.core.Session
import org.baqylau.app.core.Words
import org.baqylau.app.core.waiting
import org.baqylau.app.enrol.Pin
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.AppSettings
import org.baqylau.app.phone.Face
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.app.ui.Choice
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Look
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.ProxyChoice
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.TARGET

data class SettingsState(
    val mission: MissionView? = null,
    val faceAllowed: Boolean = false,
    val oldPin: String = "",
    val newPin: String = "",
    val changed: Boolean = false,
    val secondDone: Boolean = false,
    val askWipe: Boolean = false,
    val unsent: Int = 0,
    val lockAfterMs: Long = 0,
    val notices: Boolean = false,
    val sending: Boolean = false,
    val sentAgain: Boolean = false,
    val proxy: String = "",
    val proxied: Boolean = false,
)

/** How long the app may be out of sight. */
val LOCK_AFTER = listOf(0L, 60_000L, 300_000L, 1_800_000L)

class SettingsModel(
    private val core: Core,
    private val session: Session,
    val face: Face,
    private val look: Look,
    private val kept: AppSettings,
    private val permissions: Permissions,
) : ScreenModel<SettingsState>(SettingsState()) {
    init {
        act { see() }
    }

    private suspend fun see() {
        val (mission, allowed, summary) = core { Triple(mission(), hasBiometric(), summary()) }
        val proxy = core { proxy() }
        val unsent = (summary.waiting + summary.stuck + summary.drafts).toInt()
        update {
            copy(mission = mission, faceAllowed = allowed, unsent = unsent, lockAfterMs = kept.lockAfterMs, notices = kept.notices)
        }
        update { copy(proxy = proxy.orEmpty(), proxied = proxy != null) }
    }

    /** At once, for the app and for what the core says. */
    fun setLanguage(language: String) =
        act {
            look.setLanguage(language)
            core { setLanguage(language) }
            see()
        }

    fun oldPin(pin: String) = update { copy(oldPin = pin, changed = false, secondDone = false) }

    fun newPin(pin: String) = update { copy(newPin = pin) }

    fun changePin() =
        act {
            val now = state.value
            update { copy(oldPin = "", newPin = "") }
            core { changePin(now.oldPin, now.newPin) }
            update { copy(changed = true) }
        }

    /** The second PIN, which wipes the phone; none takes it away. Nothing is shown of whether there is one. */
    fun secondPin(set: Boolean) =
        act {
            val now = state.value
            update { copy(oldPin = "", newPin = "") }
            core { setDuressPin(now.oldPin, now.newPin.takeIf { set }) }
            update { copy(secondDone = true) }
        }

    /** Face or finger, with the PIN once. */
    fun allowBiometric(
        on: Boolean,
        title: String,
    ) = act {
        val pin = state.value.oldPin
        if (pin.isEmpty()) return@act fail(Words(R.string.settings_face_pin))
        if (on && !face.ask(title)) return@act
        update { copy(oldPin = "") }
        core { allowBiometric(pin, on) }
        see()
    }

    fun lock() = act { session.lock() }

    fun lockAfter(ms: Long) {
        kept.lockAfterMs = ms
        update { copy(lockAfterMs = ms) }
    }

    /** Only who may notify is heard. */
    fun notices(on: Boolean) =
        act {
            if (on && !permissions.ask(Permission.NOTICES)) return@act fail(Words(R.string.error_notices))
            kept.notices = on
            update { copy(notices = on) }
        }

    fun proxy(address: String) = update { copy(proxy = address) }

    /** A SOCKS5 proxy, where the network blocks the servers. */
    fun useProxy(on: Boolean) =
        act {
            val address = state.value.proxy.trim().takeIf { on }
            core { setProxy(address) }
            see()
        }

    /** For coordinators whose server lost reports. */
    fun sendAgain() =
        act {
            if (state.value.sending) return@act
            update { copy(sending = true, sentAgain = false) }
            try {
                val done = core.syncAgain()
                if (done.againMs == null && done.refusal == null) update { copy(sentAgain = true) } else fail(waiting(done))
                see()
            } finally {
                update { copy(sending = false) }
            }
        }

    fun askWipe(ask: Boolean) = update { copy(askWipe = ask) }

    fun wipe() = act { session.wipe() }
}

@Composable
fun SettingsScreen(
    model: SettingsModel,
    look: Look,
    version: String,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    val language by look.language.collectAsState()
    val sun by look.sun.collectAsState()
    Screen(stringResource(R.string.settings_title), onBack, model) {
        Column(Modifier.verticalScroll(rememberScrollState()).testTag("settings-page")) {
            Heading(stringResource(R.string.settings_language))
            state.mission?.languages?.forEach { spoken ->
                Choice(spoken.name, spoken.code == language, "language-${spoken.code}") { model.setLanguage(spoken.code) }
            }
            Heading(stringResource(R.string.settings_look))
            Choice(stringResource(R.string.settings_look_system), !sun, "look-system") { look.sun(false) }
            Choice(stringResource(R.string.settings_look_sun), sun, "look-sun") { look.sun(true) }
            Heading(stringResource(R.string.settings_pin))
            Pin(state.oldPin, model::oldPin, R.string.settings_pin_old, "old-pin")
            Pin(state.newPin, model::newPin, R.string.settings_pin_new, "new-pin")
            if (state.changed) Paragraph("✓ " + stringResource(R.string.settings_pin_changed), "pin-changed")
            Secondary(stringResource(R.string.settings_pin), "change-pin", INSET, enabled = state.newPin.isNotEmpty()) { model.changePin() }
            FaceChoice(state, model)
            if (state.mission?.duressPin == true) SecondPin(state, model)
            Heading(stringResource(R.string.settings_lock_after))
            LOCK_AFTER.forEach { ms ->
                Choice(lockAfterName(ms), ms == state.lockAfterMs, "lock-after-$ms") { model.lockAfter(ms) }
            }
            Secondary(stringResource(R.string.lock_now), "lock-now", INSET) { model.lock() }
            Heading(stringResource(R.string.settings_notices))
            Paragraph(stringResource(R.string.settings_notices_why))
            val notices = if (state.notices) R.string.settings_notices_off else R.string.settings_notices_on
            Secondary(stringResource(notices), "notices", INSET) { model.notices(!state.notices) }
            ProxyChoice(state.proxy, state.proxied, model::proxy, model::useProxy)
            Heading(stringResource(R.string.settings_again))
            Paragraph(stringResource(R.string.settings_again_why))
            Secondary(stringResource(R.string.settings_again), "send-again", INSET, enabled = !state.sending) { model.sendAgain() }
            if (state.sentAgain) Paragraph("✓ " + stringResource(R.string.settings_again_done), "sent-again")
            Heading(stringResource(R.string.settings_wipe))
            Secondary(stringResource(R.string.settings_wipe), "wipe", INSET) { model.askWipe(true) }
            Heading(stringResource(R.string.settings_about))
            state.mission?.let {
                Paragraph(stringResource(R.string.settings_mission, it.title, it.version.toLong(), it.name, it.team))
                Paragraph(stringResource(R.string.settings_fingerprint, it.fingerprint), "fingerprint")
            }
            Paragraph(stringResource(R.string.settings_version, version))
        }
    }
    if (state.askWipe) AskWipe(state, model)
}

@Composable
private fun lockAfterName(ms: Long): String {
    val minutes = (ms / 60_000).toInt()
    return if (minutes == 0) stringResource(R.string.settings_lock_at_once) else pluralStringResource(R.plurals.settings_lock_minutes, minutes, minutes)
}

@Composable
private fun FaceChoice(
    state: SettingsState,
    model: SettingsModel,
) {
    if (!model.face.available) return
    val title = stringResource(R.string.lock_face)
    val words = if (state.faceAllowed) R.string.settings_face_off else R.string.settings_face_on
    Secondary(stringResource(words), "face", INSET) { model.allowBiometric(!state.faceAllowed, title) }
}

@Composable
private fun SecondPin(
    state: SettingsState,
    model: SettingsModel,
) {
    Heading(stringResource(R.string.settings_duress))
    Paragraph(stringResource(R.string.settings_duress_why))
    if (state.secondDone) Paragraph("✓ " + stringResource(R.string.settings_duress_done), "second-done")
    val known = state.oldPin.isNotEmpty()
    Secondary(stringResource(R.string.settings_duress_set), "second-pin", INSET, enabled = known && state.newPin.isNotEmpty()) {
        model.secondPin(true)
    }
    Secondary(stringResource(R.string.settings_duress_take), "second-off", INSET, enabled = known) { model.secondPin(false) }
}

@Composable
private fun AskWipe(
    state: SettingsState,
    model: SettingsModel,
) = AlertDialog(
    { model.askWipe(false) },
    confirmButton = {
        TextButton({ model.wipe() }, Modifier.heightIn(min = TARGET).testTag("wipe-yes")) { Text(stringResource(R.string.settings_wipe)) }
    },
    dismissButton = {
        TextButton({ model.askWipe(false) }, Modifier.heightIn(min = TARGET).testTag("wipe-no")) { Text(stringResource(R.string.cancel)) }
    },
    title = { Text(stringResource(R.string.settings_wipe)) },
    text = { Text(stringResource(R.string.settings_wipe_ask, state.unsent)) },
)
