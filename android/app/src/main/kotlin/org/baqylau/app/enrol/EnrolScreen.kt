package org.baqylau.app.enrol

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.unit.dp
import org.baqylau.app.R
import org.baqylau.app.phone.Camera
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.ProxyChoice
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary

@Composable
fun EnrolScreen(
    model: EnrolModel,
    camera: Camera,
    onCourier: () -> Unit,
) {
    val state by model.state.collectAsState()
    val back = if (state.step in listOf(EnrolStep.INVITE, EnrolStep.FETCH)) null else model::distrust
    Screen(stringResource(R.string.enrol_title), back, model, bottom = { Buttons(state, model, onCourier) }) {
        if (state.step == EnrolStep.SCAN) {
            camera.Scan({ model.read(it) }, model::cameraFailed)
        } else {
            Column(Modifier.verticalScroll(rememberScrollState())) { Step(state, model) }
        }
    }
}

@Composable
private fun ColumnScope.Step(
    state: EnrolState,
    model: EnrolModel,
) {
    when (state.step) {
        EnrolStep.INVITE -> {
            Paragraph(stringResource(R.string.enrol_invite))
            OutlinedTextField(
                state.invite,
                model::type,
                Modifier.fillMaxWidth().padding(16.dp).heightIn(min = 120.dp).testTag("invite"),
                label = { Text(stringResource(R.string.enrol_paste)) },
                maxLines = 6,
                keyboardOptions = private(KeyboardType.Text),
            )
        }

        EnrolStep.COMPARE -> {
            val about = state.about ?: return
            Paragraph(stringResource(R.string.enrol_who, about.name, about.team))
            Paragraph(stringResource(R.string.enrol_compare))
            Text(
                about.fingerprint,
                Modifier.padding(16.dp).testTag("fingerprint"),
                style = MaterialTheme.typography.headlineSmall,
                fontFamily = FontFamily.Monospace,
            )
            Paragraph(stringResource(R.string.enrol_once))
        }

        EnrolStep.PIN -> {
            Paragraph(stringResource(R.string.enrol_pin))
            Pin(state.pin, model::pin, R.string.pin, "pin")
            Pin(state.again, model::again, R.string.pin_again, "pin-again")
        }

        EnrolStep.FETCH -> {
            Paragraph(stringResource(R.string.enrol_fetch))
            ProxyChoice(state.proxy, state.proxied, model::proxy, model::useProxy)
        }

        EnrolStep.SCAN -> {}
    }
}

@Composable
private fun Buttons(
    state: EnrolState,
    model: EnrolModel,
    onCourier: () -> Unit,
) {
    when (state.step) {
        EnrolStep.INVITE -> {
            Secondary(stringResource(R.string.enrol_scan), "scan") { model.scan() }
            Primary(stringResource(R.string.go_on), "read", enabled = state.invite.isNotBlank()) { model.read() }
        }

        EnrolStep.COMPARE -> {
            Secondary(stringResource(R.string.enrol_differs), "differs") { model.distrust() }
            Primary(stringResource(R.string.enrol_same), "same") { model.trust() }
        }

        EnrolStep.PIN -> Primary(stringResource(R.string.go_on), "create", enabled = state.pin.isNotEmpty()) { model.create() }
        EnrolStep.FETCH -> {
            Secondary(stringResource(R.string.enrol_courier), "by-courier", onClick = onCourier)
            Secondary(stringResource(R.string.enrol_another), "another") { model.another() }
            Primary(stringResource(R.string.enrol_again), "fetch") { model.fetch() }
        }

        EnrolStep.SCAN -> {}
    }
}

/** Digits that nobody else reads. */
@Composable
fun Pin(
    value: String,
    onChange: (String) -> Unit,
    label: Int,
    tag: String,
) = OutlinedTextField(
    value,
    { onChange(it.filter(Char::isDigit)) },
    Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 4.dp).testTag(tag),
    label = { Text(stringResource(label)) },
    singleLine = true,
    visualTransformation = PasswordVisualTransformation(),
    keyboardOptions = private(KeyboardType.NumberPassword),
)

/** A keyboard that suggests nothing and learns nothing. */
fun private(type: KeyboardType) = KeyboardOptions(autoCorrectEnabled = false, keyboardType = type)
