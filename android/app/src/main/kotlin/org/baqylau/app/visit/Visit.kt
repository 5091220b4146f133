package org.baqylau.app.visit

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import org.baqylau.DraftLine
import org.baqylau.Outcome
import org.baqylau.VisitPage
import org.baqylau.VisitUpdate
import org.baqylau.VisitView
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.nav.Route
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Locator
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.app.ui.Choice
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.moment
import org.baqylau.app.ui.offsetMinutes

data class VisitState(
    val page: VisitPage? = null,
    val positionTaken: Boolean = false,
)

/** One team at one place. */
class VisitModel(
    private val core: Core,
    private val code: String,
    private val locator: Locator,
    private val permissions: Permissions,
) : ScreenModel<VisitState>(VisitState()) {
    init {
        follow(core) {
            val page = core { visitPage(code) }
            update { copy(page = page) }
        }
    }

    fun start(
        checklist: String,
        open: (Long) -> Unit,
    ) = act { open(core { startChecklist(code, checklist) }.id) }

    fun carry(
        draft: Long,
        open: (Long) -> Unit,
    ) = act { open(core { carry(draft) }.draft.id) }

    fun arrive() = now { ms, offset -> VisitUpdate.Arrived(ms, offset) }

    fun leave() = now { ms, offset -> VisitUpdate.Departed(ms, offset) }

    fun went(outcome: Outcome) = change(VisitUpdate.Went(outcome))

    /** Once, because the observer asked. */
    fun position() =
        act {
            if (!permissions.ask(Permission.POSITION)) return@act fail(org.baqylau.app.core.Words(R.string.error_position))
            val at = locator.position() ?: return@act fail(org.baqylau.app.core.Words(R.string.error_no_position))
            core { updateVisit(code, VisitUpdate.Position(at)) }
            update { copy(positionTaken = true) }
        }

    private fun now(made: (Long, Short) -> VisitUpdate) {
        val ms = System.currentTimeMillis()
        change(made(ms, offsetMinutes(ms)))
    }

    private fun change(update: VisitUpdate) = act { core { updateVisit(code, update) } }
}

@Composable
fun VisitScreen(
    model: VisitModel,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    val page = state.page
    val visit = page?.visit
    Screen(visit?.let { visitName(it) }.orEmpty(), onBack, model) {
        if (page == null || visit == null) return@Screen
        if (visit.forgotten) return@Screen Paragraph(stringResource(R.string.visit_forgotten))
        if (visit.unreadable) return@Screen Paragraph(stringResource(R.string.visit_unreadable))
        Column(Modifier.verticalScroll(rememberScrollState())) {
            Paragraph(stringResource(R.string.visit_about, visit.code, page.team))
            visit.place?.path?.ifEmpty { null }?.let { Paragraph(it.joinToString(" · ")) }
            Secondary(stringResource(R.string.visit_change_place), "change-place", INSET) { open(Route.Places(visit = visit.code)) }
            Heading(stringResource(R.string.visit_checklists))
            page.drafts.forEach { Draft(it, model, open) }
            page.offered.forEach { list ->
                Line(list.title, "start-${list.id}", mark = "+") { model.start(list.id) { open(Route.Checklist(it)) } }
            }
            Heading(stringResource(R.string.visit_times))
            Paragraph(stringResource(R.string.visit_arrived, visit.arrivedMs?.let { moment(it) } ?: "—"), "arrived")
            Paragraph(stringResource(R.string.visit_departed, visit.departedMs?.let { moment(it) } ?: "—"), "departed")
            Secondary(stringResource(R.string.visit_arrive), "arrive", INSET) { model.arrive() }
            Primary(stringResource(R.string.visit_leave), "leave", INSET) { model.leave() }
            Heading(stringResource(R.string.visit_outcome))
            Outcome.entries.forEach { outcome ->
                Choice(stringResource(outcomeName(outcome)), visit.outcome == outcome, "outcome-$outcome") { model.went(outcome) }
            }
            Heading(stringResource(R.string.visit_position))
            Paragraph(stringResource(if (state.positionTaken) R.string.visit_position_taken else R.string.visit_position_why))
            Secondary(stringResource(R.string.visit_position_take), "position", INSET) { model.position() }
        }
    }
}

@Composable
private fun Draft(
    line: DraftLine,
    model: VisitModel,
    open: (Route) -> Unit,
) {
    val draft = line.draft
    val below = line.progress?.let { stringResource(R.string.visit_progress, it.answered.toInt(), it.asked.toInt()) }.orEmpty()
    val report = line.report
    Line(draft.title, "draft-${draft.checklist}", below, if (draft.finished) "✓" else "✎") {
        open(if (draft.finished && report != null) Route.Report(report) else Route.Checklist(draft.id))
    }
    if (draft.newer) {
        Secondary(stringResource(R.string.visit_carry), "carry-${draft.checklist}", INSET) {
            model.carry(draft.id) { open(Route.Checklist(it)) }
        }
    }
}

@Composable
fun visitName(visit: VisitView): String = visit.place?.label ?: visit.unlisted ?: stringResource(R.string.visit_no_place)

/** What is done of a visit, as a sign. */
fun visitMark(visit: VisitView): String =
    when {
        visit.drafts.any { !it.finished } -> "✎"
        visit.drafts.isNotEmpty() -> "✓"
        else -> "○"
    }

private fun outcomeName(outcome: Outcome): Int =
    when (outcome) {
        Outcome.OBSERVED -> R.string.outcome_observed
        Outcome.REFUSED -> R.string.outcome_refused
        Outcome.EXPELLED -> R.string.outcome_expelled
        Outcome.CLOSED -> R.string.outcome_closed
        Outcome.NOT_FOUND -> R.string.outcome_not_found
        Outcome.UNSAFE -> R.string.outcome_unsafe
    }
