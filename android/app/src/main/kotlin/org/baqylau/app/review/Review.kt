package org.baqylau.app.review

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
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
import org.baqylau.ReviewPage
import org.baqylau.ReviewProblem
import org.baqylau.app.R
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
    val page: ReviewPage? = null,
    val reason: String = "",
) {
    val ready get() = page != null && !page.impossible && (!page.needsReason || reason.isNotBlank())
}

/** What is wrong, what the numbers are, and what will be sent to whom. */
class ReviewModel(
    private val core: Core,
    private val id: Long,
    private val delivery: Delivery,
) : ScreenModel<ReviewState>(ReviewState()) {
    init {
        follow(core) {
            val page = core { reviewPage(id) }
            update { copy(page = page) }
        }
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
    val page = state.page
    Screen(
        stringResource(R.string.review_title),
        onBack,
        model,
        bottom = {
            if (page != null && page.needsReason && !page.impossible) {
                OutlinedTextField(
                    state.reason,
                    model::reason,
                    Modifier.fillMaxWidth().testTag("reason"),
                    label = { Text(stringResource(R.string.review_reason)) },
                    keyboardOptions = private(KeyboardType.Text),
                )
            }
            Primary(stringResource(R.string.review_sign), "sign", enabled = state.ready) { model.sign(onSigned) }
        },
    ) {
        if (page == null) return@Screen
        Column(Modifier.verticalScroll(rememberScrollState())) {
            Paragraph(stringResource(R.string.visit_progress, page.progress.answered.toInt(), page.progress.asked.toInt()))
            if (page.problems.isEmpty()) Paragraph("✓ " + stringResource(R.string.review_nothing), "nothing-wrong")
            page.problems.forEach { ProblemLine(it, page.draft.id, open) }
            Numbers(page)
            Changes(page)
            Heading(stringResource(R.string.review_sent))
            Paragraph(
                stringResource(
                    R.string.review_what,
                    page.draft.title,
                    visitName(page.visit),
                    page.visit.code,
                    page.mission.team,
                    page.attachments.toInt(),
                ),
                "what",
            )
            Paragraph(stringResource(R.string.review_whom, page.mission.title, page.mission.fingerprint), "whom")
        }
    }
}

@Composable
private fun ProblemLine(
    line: ReviewProblem,
    draft: Long,
    open: (Route) -> Unit,
) {
    val problem = line.problem
    val mark = if (problem.issue.preventsSigning) "✗" else if (problem.confirmed != null) "✓" else "⚠"
    val text = problem.text.ifEmpty { stringResource(issueName(problem.issue)) }
    Line(line.question, "problem-${problem.key.node}", "$mark $text") {
        open(Route.Checklist(draft, problem.section.toInt()))
    }
}

/** The counts of the protocol once more, to be compared with the paper. */
@Composable
private fun Numbers(page: ReviewPage) {
    if (page.numbers.isEmpty()) return
    Heading(stringResource(R.string.review_numbers))
    page.numbers.forEach { Paragraph("${it.question}: ${it.number}") }
}

@Composable
private fun Changes(page: ReviewPage) {
    if (page.changes.isNotEmpty()) Heading(stringResource(R.string.review_changes))
    page.changes.forEach { Paragraph("${it.label}: ${it.before ?: "—"} → ${it.after ?: "—"}") }
    if (page.left.isNotEmpty()) Heading(stringResource(R.string.review_left))
    page.left.forEach { Paragraph("${it.name}: ${it.text}") }
}
