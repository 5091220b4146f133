package org.baqylau.app.places

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
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
import kotlinx.coroutines.Job
import org.baqylau.Named
import org.baqylau.PlaceView
import org.baqylau.VisitUpdate
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.core.Words
import org.baqylau.app.enrol.private
import org.baqylau.app.nav.Route
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Locator
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary

data class PlacesState(
    val query: String = "",
    /** The places that were gone into, from the top. */
    val within: List<PlaceView> = emptyList(),
    val found: List<PlaceView> = emptyList(),
    val recent: List<PlaceView> = emptyList(),
    val near: List<PlaceView> = emptyList(),
    val unlisted: Boolean = false,
)

/** Finds one of ten thousand stations: by name or number, down the tree, near by, or once more. */
class PlacesModel(
    private val core: Core,
    private val route: Route.Places,
    private val locator: Locator,
    private val permissions: Permissions,
) : ScreenModel<PlacesState>(PlacesState()) {
    private var search: Job? = null
    private var levels: List<String> = emptyList()
    private var tree: List<Named> = emptyList()

    init {
        act {
            val (seen, mission) =
                core {
                    val fitting = checklists().filter { route.checklist == null || it.id == route.checklist }
                    levels = fitting.flatMap { it.places }.distinct()
                    recentPlaces(levels, RECENT) to mission()
                }
            tree = mission.levels
            update { copy(recent = seen, unlisted = mission.unlistedPlaces) }
            find()
        }
    }

    fun type(query: String) {
        update { copy(query = query) }
        find()
    }

    /** Everything under a place. */
    fun enter(place: PlaceView) {
        update { copy(within = within + place, query = "") }
        find()
    }

    fun leave() {
        update { copy(within = within.dropLast(1)) }
        find()
    }

    private fun find() {
        search?.cancel()
        val asked = state.value
        search =
            act {
                val within = asked.within.lastOrNull()
                val below = tree.map { it.code }.dropWhile { it != within?.level }.drop(1)
                // Nothing typed: the next level of the tree. Otherwise whatever may be visited.
                val found =
                    core {
                        val top = if (within == null) tree.map { it.code } else below
                        if (asked.query.isBlank()) {
                            top.firstNotNullOfOrNull { level -> places(listOf(level), within?.code, "", 0u, PAGE).ifEmpty { null } }.orEmpty()
                        } else {
                            places(levels, within?.code, asked.query, 0u, PAGE)
                        }
                    }
                update { if (query == asked.query) copy(found = found) else this }
            }
    }

    fun near() =
        act {
            if (!permissions.ask(Permission.POSITION)) return@act fail(Words(R.string.error_position))
            val at = locator.position() ?: return@act fail(Words(R.string.error_no_position))
            val near = core { placesNear(levels, at, NEAR) }
            update { copy(near = near) }
        }

    /** Whether a visit may be there; otherwise there is more below it. */
    fun visitable(place: PlaceView) = place.level in levels

    fun choose(
        place: PlaceView?,
        open: (Route) -> Unit,
    ) = once {
        val visit = core { if (route.visit == null) startVisit(place?.code, null) else moved(route.visit, place) }
        val draft = route.checklist?.let { list -> core { startChecklist(visit.code, list) } }
        open(if (draft != null) Route.Checklist(draft.id) else Route.Visit(visit.code))
    }

    private fun org.baqylau.ObserverCoreInterface.moved(
        visit: String,
        place: PlaceView?,
    ) = updateVisit(visit, VisitUpdate.Place(place?.code.orEmpty()))

    /** A place that is in no list, in the observer's words. */
    fun unlisted(open: (Route) -> Unit) =
        act {
            val code = route.visit ?: core { startVisit(null, null) }.code
            core { updateVisit(code, VisitUpdate.Unlisted(state.value.query)) }
            open(Route.Visit(code))
        }

    private companion object {
        const val PAGE = 60u
        const val NEAR = 10u
        const val RECENT = 5u
    }
}

@Composable
fun PlacesScreen(
    model: PlacesModel,
    route: Route.Places,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    val title = if (route.visit == null) R.string.places_title else R.string.visit_change_place
    Screen(stringResource(title), if (state.within.isEmpty()) onBack else model::leave, model) {
        OutlinedTextField(
            state.query,
            model::type,
            Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 8.dp).testTag("search"),
            label = { Text(stringResource(R.string.places_search)) },
            singleLine = true,
            keyboardOptions = private(KeyboardType.Text),
        )
        if (state.within.isNotEmpty()) Paragraph(state.within.joinToString(" › ") { it.label })
        val choose = { place: PlaceView -> if (model.visitable(place)) model.choose(place, open) else model.enter(place) }
        LazyColumn {
            if (state.query.isBlank() && state.within.isEmpty()) {
                item { Secondary(stringResource(R.string.places_near), "near", Modifier.padding(horizontal = 16.dp)) { model.near() } }
                items(state.near) { Place(it, model, { choose(it) }) }
                if (state.recent.isNotEmpty()) item { Heading(stringResource(R.string.places_recent)) }
                items(state.recent) { Place(it, model, { choose(it) }) }
                item { Heading(stringResource(R.string.places_all)) }
            }
            items(state.found) { Place(it, model, { choose(it) }) }
            if (state.found.isEmpty()) item { Paragraph(stringResource(R.string.places_none)) }
            if (state.query.isNotBlank() && state.unlisted) {
                item { Secondary(stringResource(R.string.places_unlisted, state.query), "unlisted", INSET) { model.unlisted(open) } }
            }
            if (route.visit == null) {
                item { Secondary(stringResource(R.string.places_without), "no-place", INSET) { model.choose(null, open) } }
            }
        }
    }
}

@Composable
private fun Place(
    place: PlaceView,
    model: PlacesModel,
    onClick: () -> Unit,
) {
    val away = place.metres?.let { stringResource(R.string.places_away, it.toInt() / 1000.0) }
    val below = listOfNotNull(away, place.path.joinToString(" · ").ifEmpty { null }).joinToString(" — ")
    Line(place.label, "place-${place.code}", below, if (model.visitable(place)) "" else "›", onClick)
}
