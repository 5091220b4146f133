package org.baqylau.app.home

import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.baqylau.BaqylauException
import org.baqylau.ChecklistView
import org.baqylau.MissionView
import org.baqylau.ReportState
import org.baqylau.Summary
import org.baqylau.VisitView
import org.baqylau.Why
import org.baqylau.app.core.Core
import org.baqylau.app.core.refused
import org.baqylau.app.core.waiting
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Delivery
import org.baqylau.app.phone.Locator
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.app.ui.isToday

data class HomeState(
    val mission: MissionView? = null,
    val summary: Summary? = null,
    val visits: List<VisitView> = emptyList(),
    val checklists: List<ChecklistView> = emptyList(),
    val questions: Int = 0,
    val due: Int = 0,
    val connected: Boolean = true,
    val sending: Boolean = false,
    /** When it is tried again by itself. */
    val againMs: Long? = null,
    val askSos: Boolean = false,
    val sosSent: Boolean = false,
)

/** Where the day stands. */
class HomeModel(
    private val core: Core,
    private val delivery: Delivery,
    private val locator: Locator,
    private val permissions: Permissions,
) : ScreenModel<HomeState>(HomeState()) {
    init {
        follow(core, ::look)
        scope.launch { delivery.connected.collect { update { copy(connected = it) } } }
    }

    private suspend fun look() {
        val seen =
            core {
                val letters = letters().filter { !it.answered && (it.report != null || it.handed != null) }
                HomeState(mission(), summary(), visits(), checklists(), letters.size, followUps().count { it.due })
            }
        update {
            seen.copy(
                visits = seen.visits.filter { v -> v.isOfToday() }.reversed(),
                connected = connected,
                sending = sending,
                againMs = againMs,
                askSos = askSos,
                sosSent = sosSent,
            )
        }
    }

    private fun VisitView.isOfToday() =
        !forgotten && (arrivedMs?.let(::isToday) != false || departedMs == null && drafts.any { !it.finished })

    /** Because the observer asked. */
    fun send() =
        act {
            if (state.value.sending) return@act
            update { copy(sending = true) }
            try {
                val done = core.sync(now = true)
                update { copy(againMs = done.againMs) }
                if (done.againMs != null || done.refusal != null) fail(waiting(done))
                core { reports() }.firstNotNullOfOrNull { it.state as? ReportState.Stuck }?.let { fail(refused(it.why)) }
            } finally {
                // What is left goes when there is a network, whether anybody looks or not.
                delivery.plan()
                update { copy(sending = false) }
            }
        }

    /** Starts an urgent checklist, at the place of the visit that is under way if it may be filled there. */
    fun incident(open: (Long) -> Unit) =
        once {
            val draft =
                core {
                    val urgent = checklists().firstOrNull { it.urgent } ?: throw BaqylauException.Refused(Why.NOTHING_URGENT, "")
                    val here = visits().lastOrNull { !it.forgotten && it.departedMs == null && it.arrivedMs?.let(::isToday) == true }
                    val fits = here?.place?.let { it.level in urgent.places } ?: urgent.placeOptional
                    val visit = if (here != null && fits) here else startVisit(null, null)
                    startChecklist(visit.code, urgent.id)
                }
            open(draft.id)
        }

    fun askSos(ask: Boolean) = update { copy(askSos = ask) }

    /** Nothing stands before the signature: where the phone is comes along only if it may be known, and is at once. */
    fun sos() =
        once {
            update { copy(askSos = false) }
            val position = if (permissions.granted(Permission.POSITION)) withTimeoutOrNull(AT_ONCE_MS) { locator.position() } else null
            core { alarm(position) }
            update { copy(sosSent = true) }
            delivery.plan()
            core.sync(now = true)
        }

    private companion object {
        const val AT_ONCE_MS = 2_000L
    }
}
