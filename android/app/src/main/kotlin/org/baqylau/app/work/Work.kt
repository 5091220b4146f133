package org.baqylau.app.work

import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.res.stringResource
import org.baqylau.ChecklistView
import org.baqylau.FollowUp
import org.baqylau.VisitView
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.nav.Route
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.day
import org.baqylau.app.visit.visitMark
import org.baqylau.app.visit.visitName

data class WorkState(
    val checklists: List<ChecklistView> = emptyList(),
    val followUps: List<FollowUp> = emptyList(),
    val visits: List<VisitView> = emptyList(),
)

/** What is done over weeks: meetings, commission visits, campaign events, complaints, and what was put off. */
class WorkModel(
    private val core: Core,
) : ScreenModel<WorkState>(WorkState()) {
    init {
        follow(core) {
            val seen = core { WorkState(checklists(), followUps(), visits().filter { !it.forgotten }.reversed()) }
            update { seen }
        }
    }

    /** Looks again: the draft that is there, or an amendment of what was signed. */
    fun again(
        followUp: FollowUp,
        why: String,
        open: (Route) -> Unit,
    ) = act {
        val report = followUp.report
        val draft = if (report == null) followUp.draft.id else core { amend(report, why) }.id
        open(Route.Checklist(draft))
    }
}

@Composable
fun WorkScreen(
    model: WorkModel,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    val why = stringResource(R.string.work_again)
    Screen(stringResource(R.string.work_title), onBack, model) {
        LazyColumn {
            item { Heading(stringResource(R.string.work_due)) }
            if (state.followUps.isEmpty()) item { Paragraph(stringResource(R.string.work_nothing_due)) }
            items(state.followUps) { put ->
                Line(put.draft.title + " · " + put.visit, "follow-${put.draft.id}", day(put.day), if (put.due) "⏰" else "") {
                    model.again(put, why, open)
                }
            }
            item { Heading(stringResource(R.string.work_log)) }
            items(state.checklists) { list -> Line(list.title, "log-${list.id}", mark = "+") { open(Route.Places(list.id)) } }
            item { Heading(stringResource(R.string.work_visits)) }
            items(state.visits) { visit ->
                Line(visitName(visit), "visit-${visit.code}", visit.code, visitMark(visit)) { open(Route.Visit(visit.code)) }
            }
        }
    }
}
