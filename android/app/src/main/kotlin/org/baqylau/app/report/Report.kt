package org.baqylau.app.report

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import org.baqylau.LetterView
import org.baqylau.ReportState
import org.baqylau.ReportView
import org.baqylau.ReportsPage
import org.baqylau.app.R
import org.baqylau.app.checklist.Ask
import org.baqylau.app.core.Core
import org.baqylau.app.core.refused
import org.baqylau.app.nav.Route
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.ui.ErrorCard
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.moment

data class ReportsState(
    val page: ReportsPage? = null,
    /** Which report or letter is being answered: why is asked first. */
    val asking: Asking? = null,
)

sealed interface Asking {
    data class Amend(
        val seq: Long,
    ) : Asking

    data class Answer(
        val letter: LetterView,
    ) : Asking
}

/** The signed reports, how far each got, and what the coordinators ask about them. */
class ReportsModel(
    private val core: Core,
) : ScreenModel<ReportsState>(ReportsState()) {
    init {
        follow(core) {
            val page = core { reportsPage() }
            update { copy(page = page) }
        }
    }

    fun ask(asking: Asking?) {
        say("")
        update { copy(asking = asking) }
    }

    /** Opens the report, or the one that the letter asks about, to be corrected. */
    fun because(
        why: String,
        open: (Route) -> Unit,
    ) = once {
        val asking = state.value.asking ?: return@once
        val route =
            when (asking) {
                is Asking.Amend -> Route.Checklist(core { amend(asking.seq, why) }.id)
                is Asking.Answer -> Route.Checklist(core { answerLetter(asking.letter.id, why) }.id, letter = asking.letter.id)
            }
        // What was written stands until it is kept.
        ask(null)
        open(route)
    }
}

@Composable
fun ReportsScreen(
    model: ReportsModel,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    val lines = state.page?.reports.orEmpty()
    Screen(stringResource(R.string.reports_title), onBack, model) {
        LazyColumn {
            if (lines.isEmpty()) item { Paragraph(stringResource(R.string.reports_none)) }
            items(lines) { line ->
                val report = line.report
                val words = stringResource(stateName(report.state)) + " · " + moment(report.signedMs)
                Line("${line.title} · ${report.visit}", "report-${report.seq}", words, stateMark(report)) {
                    open(Route.Report(report.seq))
                }
            }
        }
    }
}

@Composable
fun ReportScreen(
    model: ReportsModel,
    seq: Long,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    state.asking?.let { return Why(it, model, open) }
    val lines = state.page?.reports.orEmpty()
    val line = lines.firstOrNull { it.report.seq == seq }
    val amended = lines.any { it.report.amends == seq }
    Screen(
        line?.title.orEmpty(),
        onBack,
        model,
        bottom = {
            if (line != null && !amended) {
                Primary(stringResource(R.string.report_amend), "amend") { model.ask(Asking.Amend(seq)) }
            }
        },
    ) {
        if (line == null) return@Screen
        val report = line.report
        Column(Modifier.verticalScroll(rememberScrollState())) {
            Paragraph(stateMark(report) + " " + stringResource(stateName(report.state)), "state")
            Receipt(report)
            Paragraph(stringResource(R.string.report_signed, moment(report.signedMs), report.visit))
            if (amended) Paragraph(stringResource(R.string.report_amended))
            report.amends?.let { first -> Line(stringResource(R.string.report_amends), "amends") { open(Route.Report(first)) } }
            line.changes.forEach { Paragraph("${it.label}: ${it.before ?: "—"} → ${it.after ?: "—"}") }
            state.page?.letters.orEmpty().filter { it.report == seq }.forEach { Letter(it, model) }
            Line(stringResource(R.string.report_look), "look") { open(Route.Checklist(report.draft)) }
        }
    }
}

@Composable
private fun Receipt(report: ReportView) {
    when (val state = report.state) {
        is ReportState.Delivered ->
            Paragraph(stringResource(R.string.report_receipt, state.index.toLong(), moment(state.receivedMs), report.hash), "receipt")

        is ReportState.Stuck -> ErrorCard(refused(state.why))
        is ReportState.Missing -> Paragraph(stringResource(R.string.report_missing, report.hash), "missing")
        is ReportState.Read -> Paragraph(stringResource(R.string.report_read, report.hash), "read")
        is ReportState.Waiting, is ReportState.Sending -> {}
    }
    if (report.attachments > 0u) {
        Paragraph(stringResource(R.string.report_attachments, report.attachmentsDelivered.toInt(), report.attachments.toInt()), "files")
    }
    report.attachmentProblem?.let { ErrorCard(refused(it)) }
}

@Composable
fun LettersScreen(
    model: ReportsModel,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    state.asking?.let { return Why(it, model, open) }
    val letters = state.page?.letters.orEmpty()
    Screen(stringResource(R.string.letters_title), onBack, model) {
        LazyColumn {
            if (letters.isEmpty()) item { Paragraph(stringResource(R.string.letters_none)) }
            items(letters) { Letter(it, model) }
        }
    }
}

@Composable
private fun Letter(
    letter: LetterView,
    model: ReportsModel,
) = Column {
    Heading("✉ " + moment(letter.writtenMs))
    Paragraph(letter.text, "letter-${letter.id}")
    letter.questions.forEach { Paragraph("• " + it.name) }
    val about = letter.report != null || letter.handed != null
    if (about && letter.answered) Paragraph("✓ " + stringResource(R.string.letter_answered))
    if (about && !letter.answered) {
        Secondary(stringResource(R.string.letter_answer), "answer-${letter.id}", INSET) { model.ask(Asking.Answer(letter)) }
    }
}

@Composable
private fun Why(
    asking: Asking,
    model: ReportsModel,
    open: (Route) -> Unit,
) {
    val about = (asking as? Asking.Answer)?.letter?.text ?: stringResource(R.string.report_amend_why)
    Ask(R.string.report_amend, about, model, { model.ask(null) }) { model.because(it, open) }
}

fun stateName(state: ReportState): Int =
    when (state) {
        is ReportState.Waiting -> R.string.state_waiting
        is ReportState.Sending -> R.string.state_sending
        is ReportState.Stuck -> R.string.state_stuck
        is ReportState.Delivered -> R.string.state_delivered
        is ReportState.Missing -> R.string.state_missing
        is ReportState.Read -> R.string.state_read
    }

/** The state as a sign. */
fun stateMark(report: ReportView): String =
    when (report.state) {
        is ReportState.Waiting -> "◷"
        is ReportState.Sending -> "↑"
        is ReportState.Stuck -> "✗"
        is ReportState.Delivered -> if (report.attachmentsDelivered < report.attachments) "◔" else "✓"
        is ReportState.Missing -> "?"
        is ReportState.Read -> if (report.attachmentsRead < report.attachments) "✓" else "✓✓"
    }
