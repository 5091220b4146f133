package org.baqylau.app.preview

import android.content.res.Configuration.UI_MODE_NIGHT_YES
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.tooling.preview.Preview
import org.baqylau.app.checklist.ChecklistModel
import org.baqylau.app.checklist.ChecklistScreen
import org.baqylau.app.home.HomeModel
import org.baqylau.app.home.HomeScreen
import org.baqylau.app.nav.Route
import org.baqylau.app.places.PlacesModel
import org.baqylau.app.places.PlacesScreen
import org.baqylau.app.report.ReportScreen
import org.baqylau.app.report.ReportsModel
import org.baqylau.app.ui.BaqylauTheme
import org.baqylau.app.ui.Contrast
import org.baqylau.app.visit.VisitModel
import org.baqylau.app.visit.VisitScreen
import java.nio.file.Path

/** As a phone shows it: by day, by night, and with large letters. */
@Preview(name = "day")
@Preview(name = "night", uiMode = UI_MODE_NIGHT_YES)
@Preview(name = "large letters", fontScale = 2f)
annotation class Phones

/** Nothing of it is opened: a preview has no store. */
private val nowhere = Path.of("preview")

@Composable
private fun Sampled(screen: @Composable (SampleCore, MemoryServices) -> Unit) =
    BaqylauTheme("en", Contrast.SYSTEM) { screen(remember { SampleCore() }, remember { MemoryServices(nowhere, nowhere) }) }

@Phones
@Composable
fun HomePreview() =
    Sampled { core, services ->
        HomeScreen(remember { HomeModel(core, services.delivery, services.locator, services.permissions) }, {}) {}
    }

@Phones
@Composable
fun PlacesPreview() =
    Sampled { core, services ->
        val route = Route.Places()
        PlacesScreen(remember { PlacesModel(core, route, services.locator, services.permissions) }, route, {}) {}
    }

@Phones
@Composable
fun VisitPreview() =
    Sampled { core, services -> VisitScreen(remember { VisitModel(core, "C01-01", services.locator, services.permissions) }, {}) {} }

@Phones
@Composable
fun ChecklistPreview() =
    Sampled { core, services ->
        ChecklistScreen(remember { ChecklistModel(core, Route.Checklist(2), services) }, services.camera, {}) {}
    }

@Phones
@Composable
fun ReportPreview() = Sampled { core, _ -> ReportScreen(remember { ReportsModel(core) }, 1, {}) {} }
