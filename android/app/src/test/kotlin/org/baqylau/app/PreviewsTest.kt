package org.baqylau.app

import androidx.activity.compose.setContent
import androidx.compose.runtime.Composable
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import org.baqylau.app.preview.ChecklistPreview
import org.baqylau.app.preview.HomePreview
import org.baqylau.app.preview.PlacesPreview
import org.baqylau.app.preview.ReportPreview
import org.baqylau.app.preview.VisitPreview
import org.junit.Test

/** What Android Studio shows beside the code. */
class PreviewsTest : AppTest() {
    private fun shown(preview: @Composable () -> Unit) = activity.onActivity { it.setContent { preview() } }

    @Test
    fun `each preview shows its screen`() {
        shown { HomePreview() }
        await("visit-C01-01")
        shown { PlacesPreview() }
        await("place-s00001")
        shown { VisitPreview() }
        await("draft-voting")
        shown { ReportPreview() }
        await("receipt")
    }

    @Test
    fun `the checklist keeps its answers`() {
        shown { ChecklistPreview() }
        await("group_voting=yes").performClick()
        await("group_voting=yes").assertIsSelected()
        find("jump").performClick()
        compose.waitForIdle()
        compose.onNodeWithTag("proxy_voting=no").performClick()
        await("proxy_voting=no").assertIsSelected()
        await("group_voting=yes").assertIsSelected()
    }
}
