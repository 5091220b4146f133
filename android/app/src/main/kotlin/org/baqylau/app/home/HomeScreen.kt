package org.baqylau.app.home

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.baqylau.Summary
import org.baqylau.app.R
import org.baqylau.app.core.logWords
import org.baqylau.app.core.rejected
import org.baqylau.app.nav.Route
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.TARGET
import org.baqylau.app.ui.moment
import org.baqylau.app.visit.visitMark
import org.baqylau.app.visit.visitName

@Composable
fun HomeScreen(
    model: HomeModel,
    open: (Route) -> Unit,
    onLock: () -> Unit,
) {
    val state by model.state.collectAsState()
    Screen(
        state.mission?.title.orEmpty(),
        null,
        model,
        action = { TextButton(onLock, Modifier.heightIn(min = TARGET).testTag("lock")) { Text(stringResource(R.string.lock_now)) } },
        bottom = { Urgent(model, open) },
    ) {
        Column(Modifier.verticalScroll(rememberScrollState())) {
            state.summary?.let { Safety(it, state, model) }
            state.mission?.let { mission ->
                if (mission.expired) Paragraph("⚠ " + stringResource(R.string.home_expired))
                if (mission.overdue) Paragraph("⚠ " + stringResource(R.string.home_overdue), "overdue")
                mission.bundleRefused?.let { Paragraph("⚠ " + stringResource(R.string.home_bundle_refused) + " " + stringResource(rejected(it))) }
                if (mission.lacking.isNotEmpty()) {
                    Paragraph("⚠ " + stringResource(R.string.home_lacking) + " " + mission.lacking.joinToString(", "), "lacking")
                }
                if (kotlin.math.abs(mission.clockErrorMs) > CLOCK_MS) Paragraph("⚠ " + stringResource(R.string.home_clock), "clock")
            }
            if (state.questions > 0) {
                Line(
                    pluralStringResource(R.plurals.home_questions, state.questions, state.questions),
                    "letters",
                    mark = "✉",
                ) { open(Route.Letters) }
            }
            if (state.due > 0) {
                Line(pluralStringResource(R.plurals.home_due, state.due, state.due), "due", mark = "⏰") { open(Route.Work) }
            }
            Heading(stringResource(R.string.home_today))
            if (state.visits.isEmpty()) Paragraph(stringResource(R.string.home_no_visits))
            state.visits.forEach { visit ->
                Line(visitName(visit), "visit-${visit.code}", visit.code, visitMark(visit)) { open(Route.Visit(visit.code)) }
            }
            Heading(stringResource(R.string.home_more))
            Line(stringResource(R.string.work_title), "work") { open(Route.Work) }
            Line(stringResource(R.string.reports_title), "reports") { open(Route.Reports) }
            Line(stringResource(R.string.letters_title), "all-letters") { open(Route.Letters) }
            Line(stringResource(R.string.courier_title), "courier") { open(Route.Courier) }
            Line(stringResource(R.string.settings_title), "settings") { open(Route.Settings) }
        }
    }
    if (state.askSos) AskSos(model)
}

/** Two minutes: what a phone may be wrong by. */
private const val CLOCK_MS = 120_000L

@Composable
private fun Safety(
    summary: Summary,
    state: HomeState,
    model: HomeModel,
) {
    val open = (summary.waiting + summary.stuck + summary.missing).toInt()
    val files = summary.attachmentsWaiting.toInt()
    val words =
        when {
            summary.allSafe -> "✓ " + stringResource(R.string.home_all_safe)
            summary.allStored -> "◔ " + stringResource(R.string.home_all_stored)
            open > 0 -> "◷ " + pluralStringResource(R.plurals.home_waiting, open, open)
            else -> "◷ " + pluralStringResource(R.plurals.home_files, files, files)
        }
    val colour = if (summary.allSafe) MaterialTheme.colorScheme.primaryContainer else MaterialTheme.colorScheme.tertiaryContainer
    Card(Modifier.fillMaxWidth().padding(12.dp), colors = CardDefaults.cardColors(containerColor = colour)) {
        Column(Modifier.padding(16.dp), Arrangement.spacedBy(8.dp)) {
            Text(
                words,
                Modifier.testTag("safety").semantics { liveRegion = LiveRegionMode.Polite },
                style = MaterialTheme.typography.titleLarge,
            )
            val drafts = summary.drafts.toInt()
            if (drafts > 0) Text(pluralStringResource(R.plurals.home_drafts, drafts, drafts))
            logWords(summary.log)?.let { Text("⚠ " + stringResource(it), Modifier.testTag("log")) }
            if (state.sosSent) Text(stringResource(R.string.sos_signed), Modifier.testTag("sos-signed"))
            if (!summary.allStored) {
                if (!state.connected) Text(stringResource(R.string.home_offline), Modifier.testTag("offline"))
                state.againMs?.let { Text(stringResource(R.string.home_again, moment(it))) }
                val words = if (state.sending) R.string.home_sending else R.string.home_send
                Secondary(stringResource(words), "send", enabled = !state.sending) { model.send() }
            } else {
                Secondary(stringResource(R.string.home_fetch), "send", enabled = !state.sending) { model.send() }
            }
        }
    }
}

@Composable
private fun Urgent(
    model: HomeModel,
    open: (Route) -> Unit,
) {
    Primary(stringResource(R.string.home_new_visit), "new-visit") { open(Route.Places()) }
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp)) {
        Secondary(stringResource(R.string.home_incident), "incident", Modifier.weight(1f)) {
            model.incident { open(Route.Checklist(it)) }
        }
        Button(
            { model.askSos(true) },
            Modifier.weight(1f).heightIn(min = TARGET).testTag("sos"),
            colors =
                ButtonDefaults.buttonColors(
                    containerColor = MaterialTheme.colorScheme.error,
                    contentColor = MaterialTheme.colorScheme.onError,
                ),
        ) { Text(stringResource(R.string.sos)) }
    }
}

@Composable
private fun AskSos(model: HomeModel) =
    AlertDialog(
        { model.askSos(false) },
        confirmButton = {
            TextButton({ model.sos() }, Modifier.heightIn(min = TARGET).testTag("sos-yes")) { Text(stringResource(R.string.sos_yes)) }
        },
        dismissButton = {
            TextButton({ model.askSos(false) }, Modifier.heightIn(min = TARGET).testTag("sos-no")) { Text(stringResource(R.string.cancel)) }
        },
        title = { Text(stringResource(R.string.sos)) },
        text = { Text(stringResource(R.string.sos_ask)) },
    )
