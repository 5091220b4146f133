package org.baqylau.app.review

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.baqylau.AnswerChange
import org.baqylau.Answer
import org.baqylau.BaqylauException
import org.baqylau.ObserverCoreInterface
import org.baqylau.DraftView
import org.baqylau.Issue
import org.baqylau.Leftover
import org.baqylau.MissionView
import org.baqylau.Problem
import org.baqylau.RowView
import org.baqylau.VisitView
import org.baqylau.app.R
import org.baqylau.app.checklist.asksWhy
import org.baqylau.app.checklist.issueName
import org.baqylau.app.checklist.preventsSigning
import org.baqylau.app.core.Core
import org.baqylau.app.enrol.private
import org.baqylau.app.nav.Route
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Delivery
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.visit.visitName

data class ReviewState(
    val draft: DraftView? = null,
    val visit: VisitView? = null,
    val mission: MissionView? = null,
    val problems: List<Problem> = emptyList(),
    /** What the questions are called that have problems. */
    val names: Map<org.baqylau.Key, String> = emptyMap(),
    val numbers: List<RowView> = emptyList(),
    val attachments: Int = 0,
    val changes: List<AnswerChange> = emptyList(),
    val left: List<Leftover> = emptyList(),
    val answered: Int = 0,
    val asked: Int = 0,
    val reason: String = "",
) {
    val impossible get() = problems.any { it.issue.preventsSigning }

    /** Signing needs a reason when something is missing or unlikely and not confirmed. */
    val needsReason get() = problems.any { it.issue == Issue.UNANSWERED || it.issue.asksWhy && it.confirmed == null }
}

/** What is wrong, what the numbers are, and what will be sent to whom. */
class ReviewModel(
    private val core: Core,
    private val id: Long,
    private val delivery: Delivery,
) : ScreenModel<ReviewState>(ReviewState()) {
    init {
        follow(core, ::look)
    }

    private suspend fun look() {
        val seen =
            core {
                val visit = visits().first { v -> v.drafts.any { it.id == id } }
                val rows = sections(id).filter { it.shown }.flatMap { openSection(id, it.section).rows }
                val problems = issues(id)
                val progress = progress(id)
                ReviewState(
                    visit.drafts.first { it.id == id },
                    visit,
                    mission(),
                    problems,
                    rows.associate { it.key to listOf(it.number, it.label).filter(String::isNotEmpty).joinToString(". ") },
                    rows.filter { it.answer is Answer.Integer && it.answerText.isNotEmpty() },
                    rows.count { it.answer is Answer.Attachment },
                    changed(),
                    leftovers(id),
                    progress.answered.toInt(),
                    progress.asked.toInt(),
                )
            }
        update { seen.copy(reason = reason) }
    }

    /** What an amendment changes; nothing when it is a first report. */
    private fun ObserverCoreInterface.changed(): List<AnswerChange> =
        try {
            changes(id)
        } catch (_: BaqylauException.Invalid) {
            emptyList()
        }

    fun reason(text: String) = update { copy(reason = text) }

    /** Signs and seals; then it waits in the outbox, whatever happens to the phone. */
    fun sign(open: (Route) -> Unit) =
        act {
            val reason = state.value.reason.ifBlank { null }
            val report = core { finalise(id, reason) }
            delivery.plan()
            open(Route.Report(report.seq))
        }
}

@Composable
fun ReviewScreen(
    model: ReviewModel,
    open: (Route) -> Unit,
    onBack: () -> Unit,
    onSigned: (Route) -> Unit,
) {
    val state by model.state.collectAsState()
    Screen(
        stringResource(R.string.review_title),
        onBack,
        model,
        bottom = {
            if (state.needsReason && !state.impossible) {
                OutlinedTextField(
                    state.reason,
                    model::reason,
                    Modifier.fillMaxWidth().testTag("reason"),
                    label = { Text(stringResource(R.string.review_reason)) },
                    keyboardOptions = private(KeyboardType.Text),
                )
            }
            val ready = state.draft != null && !state.impossible && (!state.needsReason || state.reason.isNotBlank())
            Primary(stringResource(R.string.review_sign), "sign", enabled = ready) { model.sign(onSigned) }
        },
    ) {
        val visit = state.visit ?: return@Screen
        Column(Modifier.verticalScroll(rememberScrollState())) {
            Paragraph(stringResource(R.string.visit_progress, state.answered, state.asked))
            if (state.problems.isEmpty()) Paragraph("✓ " + stringResource(R.string.review_nothing), "nothing-wrong")
            state.problems.forEach { problem -> ProblemLine(problem, state, open) }
            Numbers(state)
            Changes(state)
            Heading(stringResource(R.string.review_sent))
            Paragraph(
                stringResource(
                    R.string.review_what,
                    state.draft?.title.orEmpty(),
                    visitName(visit),
                    visit.code,
                    state.mission?.team.orEmpty(),
                    state.attachments,
                ),
                "what",
            )
            Paragraph(stringResource(R.string.review_whom, state.mission?.title.orEmpty(), state.mission?.fingerprint.orEmpty()), "whom")
        }
    }
}

@Composable
private fun ProblemLine(
    problem: Problem,
    state: ReviewState,
    open: (Route) -> Unit,
) {
    val mark = if (problem.issue.preventsSigning) "✗" else if (problem.confirmed != null) "✓" else "⚠"
    val text = problem.text.ifEmpty { stringResource(issueName(problem.issue)) }
    Line(state.names[problem.key].orEmpty(), "problem-${problem.key.node}", "$mark $text") {
        state.draft?.let { open(Route.Checklist(it.id, problem.section.toInt())) }
    }
}

/** The counts of the protocol once more, to be compared with the paper. */
@Composable
private fun Numbers(state: ReviewState) {
    if (state.numbers.isEmpty()) return
    Heading(stringResource(R.string.review_numbers))
    state.numbers.forEach { Paragraph("${it.number}. ${it.label}: ${it.answerText}") }
}

@Composable
private fun Changes(state: ReviewState) {
    if (state.changes.isNotEmpty()) Heading(stringResource(R.string.review_changes))
    state.changes.forEach { Paragraph("${it.label}: ${it.before ?: "—"} → ${it.after ?: "—"}") }
    if (state.left.isNotEmpty()) Heading(stringResource(R.string.review_left))
    state.left.forEach { Paragraph("${it.name}: ${it.text}") }
}
