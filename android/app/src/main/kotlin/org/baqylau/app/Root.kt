package org.baqylau.app

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import kotlinx.coroutines.launch
import org.baqylau.app.checklist.ChecklistModel
import org.baqylau.app.checklist.ChecklistScreen
import org.baqylau.app.core.Core
import org.baqylau.app.core.SessionState
import org.baqylau.app.courier.CourierModel
import org.baqylau.app.courier.CourierScreen
import org.baqylau.app.enrol.EnrolModel
import org.baqylau.app.enrol.EnrolScreen
import org.baqylau.app.home.HomeModel
import org.baqylau.app.home.HomeScreen
import org.baqylau.app.lock.BrokenScreen
import org.baqylau.app.lock.DamagedScreen
import org.baqylau.app.lock.LockModel
import org.baqylau.app.lock.LockScreen
import org.baqylau.app.lock.LostScreen
import org.baqylau.app.nav.Navigator
import org.baqylau.app.nav.Route
import org.baqylau.app.places.PlacesModel
import org.baqylau.app.places.PlacesScreen
import org.baqylau.app.report.LettersScreen
import org.baqylau.app.report.ReportScreen
import org.baqylau.app.report.ReportsModel
import org.baqylau.app.report.ReportsScreen
import org.baqylau.app.review.ReviewModel
import org.baqylau.app.review.ReviewScreen
import org.baqylau.app.settings.SettingsModel
import org.baqylau.app.settings.SettingsScreen
import org.baqylau.app.visit.VisitModel
import org.baqylau.app.visit.VisitScreen
import org.baqylau.app.work.WorkModel
import org.baqylau.app.work.WorkScreen

/** Which screen is shown, by the state of the store and the way the observer went. */
@Composable
fun Root(
    app: BaqylauApp,
    navigator: Navigator,
) {
    val session by app.session.state.collectAsState()
    when (val state = session) {
        is SessionState.Starting -> Box(Modifier.fillMaxSize(), Alignment.Center) { CircularProgressIndicator() }
        is SessionState.NoStore -> {
            remember(navigator) { navigator.belong(app.session.gone) }
            Enrol(app, navigator, null)
        }

        is SessionState.Enrolling -> Enrol(app, navigator, state.core)
        is SessionState.Locked -> Locked(app, navigator) { LockScreen(it, state) }
        is SessionState.Lost -> Locked(app, navigator) { LostScreen(it) }
        is SessionState.Broken -> Locked(app, navigator) { BrokenScreen(it, state.words) }
        is SessionState.Damaged -> Locked(app, navigator) { DamagedScreen(it, state.file) }
        is SessionState.Open -> {
            remember(navigator, app.session.gone) { navigator.belong(app.session.gone) }
            key(state.core) { Inside(app, state.core, navigator) }
        }
    }
}

@Composable
private fun Enrol(
    app: BaqylauApp,
    navigator: Navigator,
    core: Core?,
) {
    val services = app.services
    var courier by rememberSaveable { mutableStateOf(false) }
    val model = navigator.gate("enrol") { EnrolModel(app.session, services.permissions, core != null) }
    if (courier && core != null) {
        val carried = navigator.gate("courier") { CourierModel(core, app.session, services.files, services.permissions) }
        CourierScreen(carried, services.camera) { courier = false }
    } else {
        EnrolScreen(model, services.camera) { courier = true }
    }
}

@Composable
private fun Locked(
    app: BaqylauApp,
    navigator: Navigator,
    screen: @Composable (LockModel) -> Unit,
) {
    // What a screen held is read from the store again when it is open.
    remember(navigator) { navigator.forget() }
    screen(navigator.gate("lock") { LockModel(app.session, app.services.face) })
}

@Composable
private fun Inside(
    app: BaqylauApp,
    core: Core,
    navigator: Navigator,
) {
    remember(navigator) { navigator.passed() }
    val way by navigator.way.collectAsState()
    val scope = rememberCoroutineScope()
    val route = way.last()
    val back = navigator::back
    val open = navigator::open
    val s = app.services
    when (route) {
        is Route.Home ->
            HomeScreen(navigator.model(route) { HomeModel(core, s.delivery, s.locator, s.permissions) }, open) {
                scope.launch { app.session.lock() }
            }

        is Route.Places -> PlacesScreen(navigator.model(route) { PlacesModel(core, route, s.locator, s.permissions) }, route, navigator::replace, back)
        is Route.Visit -> VisitScreen(navigator.model(route) { VisitModel(core, route.code, s.locator, s.permissions) }, open, back)
        is Route.Checklist -> ChecklistScreen(navigator.model(route) { ChecklistModel(core, route, s) }, s.camera, open, back)
        is Route.Review ->
            ReviewScreen(navigator.model(route) { ReviewModel(core, route.draft, s.delivery) }, open, back) { report ->
                navigator.home()
                navigator.open(report)
            }

        is Route.Reports -> ReportsScreen(navigator.model(route) { ReportsModel(core) }, open, back)
        is Route.Report -> ReportScreen(navigator.model(route) { ReportsModel(core) }, route.seq, open, back)
        is Route.Letters -> LettersScreen(navigator.model(route) { ReportsModel(core) }, open, back)
        is Route.Work -> WorkScreen(navigator.model(route) { WorkModel(core) }, open, back)
        is Route.Courier -> CourierScreen(navigator.model(route) { CourierModel(core, app.session, s.files, s.permissions) }, s.camera, back)
        is Route.Settings ->
            SettingsScreen(navigator.model(route) { SettingsModel(core, app.session, s.face, app.look, s.settings, s.permissions) }, app.look, VERSION, back)
    }
}

/** What the settings show. */
const val VERSION = "0.1.0"
