package org.baqylau.app

import android.content.pm.ActivityInfo
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.lifecycle.Lifecycle
import org.baqylau.Answer
import org.baqylau.Choices
import org.baqylau.InternalException
import org.baqylau.Missing
import org.baqylau.RowKind
import org.baqylau.RowView
import org.baqylau.Wanted
import org.baqylau.app.phone.Permission
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.time.Duration
import javax.imageio.ImageIO

/** A checklist, question by question. */
class ChecklistTest : AppTest() {
    private val draft get() = core { visits().last().drafts.last { !it.finished }.id }

    private fun row(name: String): RowView =
        core { sections(draft).flatMap { openSection(draft, it.section).rows }.first { it.name == name } }

    private fun answer(name: String) = row(name).answer

    /** The first question without an answer. */
    private fun unanswered(): RowView =
        core { checklistPage(draft, Wanted.Unanswered(null, 0u), null) }.let { page -> page.rows.first { it.key == page.unanswered } }

    @Test
    fun `a page survives the turning of the phone and another language`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "voting")
            goTo("voters_on_list")
            write("field-voters_on_list", "1800")
            turn()
            find("field-voters_on_list").assertTextContains("1800")
            wait("saved") { answer("voters_on_list") == Answer.Integer(1800) }
            home()
            tap("settings")
            tap("language-kk")
            see(said("kk", R.string.settings_title))
            tap("back")
            tapFirst("visit-")
            tap("draft-voting")
            goTo("voters_on_list")
            find("field-voters_on_list").assertTextContains("1800")
            see("Дауыс беру")
        }

    @Test
    fun `a number is an answer when it is finished, not on its way`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "voting")
            goTo("voters_on_list")
            find("page")
            write("field-voters_on_list", "1")
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(5))
            assertNull("on the way to 13", answer("voters_on_list"))
            enter("field-voters_on_list", "13")
            wait("the keyboard's key") { answer("voters_on_list") == Answer.Integer(13) }
            write("field-voters_on_list", "14")
            tap("note-voters_on_list")
            write("ask", "From the list")
            tap("ask-ok")
            wait("what is typed goes before a note") { answer("voters_on_list") == Answer.Integer(14) }
            write("field-voters_on_list", "15")
            activity.moveToState(Lifecycle.State.STARTED)
            wait("the app out of sight") { answer("voters_on_list") == Answer.Integer(15) }
            activity.moveToState(Lifecycle.State.RESUMED)
            goTo("members_total")
            write("field-members_total", "7")
            tap("members_women=?DO_NOT_KNOW".takeIf { onPage("members_women") } ?: "note-members_total")
            wait("another question") { answer("members_total") == Answer.Integer(7) }
        }

    @Test
    fun `a recording that ends with the app out of sight is kept, and said`() =
        withMission { mission ->
            enrol(mission)
            tap("incident")
            goTo("voice")
            tap("record-voice")
            await("stop-voice")
            assertTrue("the screen stays on", staysOn())
            activity.moveToState(Lifecycle.State.STARTED)
            wait("attached") { answer("voice") is Answer.Attachment }
            activity.moveToState(Lifecycle.State.RESUMED)
            seeInAll(R.string.error_recording)
            assertEquals(0, twin.recording)
            assertFalse("the screen may sleep again", staysOn())
        }

    private fun staysOn(): Boolean {
        var on = false
        activity.onActivity { on = anyStaysOn(it.window.decorView) }
        return on
    }

    private fun anyStaysOn(view: View): Boolean =
        view.keepScreenOn || (view as? ViewGroup)?.let { group -> (0 until group.childCount).any { anyStaysOn(group.getChildAt(it)) } } == true

    @Test
    fun `a fault of the core, or no memory, ends the call and not the app`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "opening")
            find("page")
            for (fault in listOf(InternalException("Rust panic"), OutOfMemoryError("too large"))) {
                TestApp.fault = fault
                tap("jump")
                see(said("en", R.string.error_internal))
                assertTrue("what a library says is in the log, and on no screen", isUnseen(requireNotNull(fault.message)))
                TestApp.fault = null
                tap("understood")
            }
            home()
            TestApp.fault = InternalException("Rust panic")
            tap("lock")
            see(said("en", R.string.error_internal))
            assertTrue("here neither", isUnseen("Rust panic"))
            TestApp.fault = null
        }

    private fun turn() {
        activity.onActivity { it.requestedOrientation = ActivityInfo.SCREEN_ORIENTATION_LANDSCAPE }
        RuntimeEnvironment.setQualifiers("+land")
        activity.recreate()
        compose.waitForIdle()
    }

    @Test
    fun `a closed question takes hardly more than a tap`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "voting")
            find("page")
            var taps = 0
            val answered = HashSet<String>()
            while (compose.onAllNodesWithTag("sign").fetchSemanticsNodes().isEmpty()) {
                val before = answered.size
                while (true) {
                    val row = closed().firstOrNull { it.name !in answered } ?: break
                    tap("${row.name}=${first(row)}")
                    taps++
                    answered += row.name
                    wait("${row.name} is saved") { answer(row.name) != null }
                }
                tap("next")
                // Leaving a page of numbers is no tap for a closed question.
                if (answered.size > before) taps++
                compose.waitForIdle()
            }
            assertTrue("${answered.size} questions", answered.size > 30)
            assertTrue("$taps taps for ${answered.size} closed questions", taps <= 1.25 * answered.size)
        }

    @Test
    fun `from paper no page is turned by hand`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "voting")
            tap("paper")
            var (taps, closed) = 1 to 0
            while (closed < 25) {
                val asked = unanswered()
                see(asked.label)
                if (first(asked) != null) {
                    tap(if (asked.kind is RowKind.SelectOne) "paper-1" else "${asked.name}=${first(asked)}")
                    taps++
                    closed++
                } else {
                    write("field-${asked.name}", if (asked.kind is RowKind.Text) "seen" else "1")
                }
                if (asked.kind !is RowKind.SelectOne) tap("paper-next")
                if (asked.kind is RowKind.SelectMultiple) taps++
                wait("${asked.name} is answered") { answer(asked.name) != null }
            }
            assertTrue("$taps taps for $closed closed questions", taps <= 1.15 * closed)
        }

    /** What is on the page and answered by choosing. */
    private fun closed(): List<RowView> {
        val open = core { sections(draft).filter { it.shown }.map { openSection(draft, it.section).rows } }
        wait("a question on the page") { open.any { rows -> rows.any(::onPage) } }
        return open.first { rows -> rows.any(::onPage) }.filter { first(it) != null && !it.readOnly }
    }

    private fun onPage(row: RowView) = onPage(row.name)

    private fun onPage(name: String) = compose.onAllNodesWithTag("row-$name").fetchSemanticsNodes().isNotEmpty()

    private fun first(row: RowView): String? =
        (row.choices as? Choices.All)?.choices?.first()?.name.takeIf { row.kind is RowKind.SelectOne || row.kind is RowKind.SelectMultiple }

    @Test
    fun `from paper, by numbers, one question after the other`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "opening")
            tap("paper")
            repeat(4) {
                val asked = unanswered()
                see(asked.label)
                if (first(asked) != null) tap("paper-1") else enter("field-${asked.name}", "3")
                wait("${asked.name} is answered") { answer(asked.name) != null }
                if (first(asked) == null) tap("paper-next")
            }
            assertEquals(4u, core { progress(draft) }.answered)
            tap("paper")
            find("page")
        }

    @Test
    fun `what cannot be read, what is unlikely, and what may not be seen`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "voting")
            goTo("voters_on_list")
            write("field-voters_on_list", "many")
            seeInAll(R.string.wrong_integer)
            // What is no answer is not thrown away behind the observer's back.
            tap("back")
            seeInAll(R.string.error_invalid)
            find("field-voters_on_list").assertTextContains("many")
            tap("voters_on_list=?NOT_PERMITTED")
            wait("the reason") { answer("voters_on_list") == Answer.Missing(Missing.NOT_PERMITTED) }
            find("voters_on_list=?NOT_PERMITTED").assertIsSelected()
            enter("field-voters_on_list", "1800")
            wait("the number") { answer("voters_on_list") == Answer.Integer(1800) }
            tap("note-voters_on_list")
            write("ask", "From the list on the wall")
            turn()
            tap("ask-ok")
            see("✎ From the list on the wall")
        }

    @Test
    fun `photographs, files and sound are sealed as they come`() =
        withMission { mission ->
            enrol(mission)
            tap("incident")
            goTo("photo")
            twin.refused += Permission.CAMERA
            tap("photo-photo")
            seeInAll(R.string.error_camera)
            twin.refused -= Permission.CAMERA
            twin.picture = jpeg()
            tap("photo-photo")
            tap("camera-broken")
            seeInAll(R.string.error_camera)
            tap("photo-photo")
            tap("shutter")
            find("remove-photo")
            wait("attached") { answer("photo") is Answer.Attachment }
            tap("remove-photo")
            wait("removed") { answer("photo") == null }
            goTo("voice")
            twin.refused += Permission.MICROPHONE
            tap("record-voice")
            seeInAll(R.string.error_microphone)
            twin.refused -= Permission.MICROPHONE
            tap("record-voice")
            await("stop-voice")
            // Who goes away while it records has recorded.
            home()
            wait("attached") { answer("voice") is Answer.Attachment }
            assertEquals(0, twin.recording)
            tap("work")
            tap("log-complaint")
            tap("no-place")
            goTo("document")
            twin.pickBytes("image/jpeg", ByteArray(10))
            tap("pick-document")
            seeInAll(R.string.error_attachment)
            twin.pickBytes("image/jpeg", jpeg())
            tap("pick-document")
            wait("attached") { answer("document") is Answer.Attachment }
        }

    private fun jpeg(): ByteArray {
        val out = ByteArrayOutputStream()
        ImageIO.write(BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB), "jpg", out)
        return out.toByteArray()
    }

    @Test
    fun `the station is changed and the answers stay`() =
        withMission { mission ->
            enrol(mission)
            visit("s00001", "opening")
            await("page")
            home()
            tapFirst("visit-")
            tap("change-place")
            write("search", "s00002")
            tap("place-s00002")
            find("change-place")
            wait("the other station") { core { visits() }.last().place?.code == "s00002" }
            find("draft-opening")
            tap("arrive")
            tap("leave")
            wait("left") { core { visits() }.last().departedMs != null }
            twin.refused += Permission.POSITION
            tap("position")
            seeInAll(R.string.error_position)
            twin.refused -= Permission.POSITION
            twin.here = null
            tap("position")
            seeInAll(R.string.error_no_position)
            tap("outcome-REFUSED")
            wait("how it went") { core { visits() }.last().outcome == org.baqylau.Outcome.REFUSED }
            home()
            tap("new-visit")
            tap("near")
            seeInAll(R.string.error_no_position)
            tap("place-s00002")
            await("change-place")
        }

    @Test
    fun `the next unanswered question is a tap away`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "opening")
            val first = unanswered()
            tap("jump")
            compose.waitForIdle()
            compose.onNodeWithTag("row-${first.name}").assertExists()
            assertEquals(0u, core { progress(draft) }.answered)
            compose.onNodeWithTag("jump").performClick()
        }
}
