package org.baqylau.app

import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.onAllNodesWithTag
import org.baqylau.BaqylauException
import org.baqylau.ReportState
import org.baqylau.Trouble
import org.baqylau.app.core.waiting
import org.baqylau.app.phone.DeliveryJob
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric

/** What becomes of a report after it was signed. */
class ReportTest : AppTest() {
    @Test
    fun `the network is lost and comes back`() =
        withMission { mission ->
            enrol(mission)
            mission.ask("cut 0")
            incident()
            see("1 report is not delivered yet")
            tap("send")
            seeInAll(R.string.trouble_unreachable)
            twin.network.value = false
            seeInAll(R.string.home_offline)
            assertTrue("a job waits for the network", twin.planned > 1)
            mission.ask("whole")
            twin.network.value = true
            gone("offline")
            val job = Robolectric.setupService(DeliveryJob::class.java)
            // Earlier failures are waited for: the job runs as often as Android lets it.
            wait("all is safe") {
                job.onStartJob(null)
                core { summary() }.allStored || run { Thread.sleep(500).let { false } }
            }
            seeInAll(R.string.home_all_stored)
        }

    @Test
    fun `a mission that is not published is said, and everything is sent again when it is asked for`() =
        withMission { mission ->
            enrol(mission)
            incident()
            tap("send")
            seeInAll(R.string.home_all_stored)
            tap("settings")
            tap("send-again")
            find("sent-again")
            tap("back")
            mission.ask("lost")
            incident()
            tap("send")
            seeInAll(R.string.trouble_unpublished)
            mission.ask("publish")
            tap("settings")
            tap("send-again")
            // It is there, and nobody calls it stored: this log does not go on from the one that was lost.
            seeInAll(R.string.error_later)
            tap("back")
            seeInAll(R.string.log_unproved)
            assertEquals("both are at the desk", 2, mission.ask("desk")["reports"].size())
        }

    @Test
    fun `each trouble has a sentence of its own`() {
        val said = (Trouble.entries + null).map { waiting(it).text }
        assertEquals(said.size, said.toSet().size)
    }

    @Test
    fun `a report that the server does not take says why`() =
        withMission { mission ->
            enrol(mission)
            incident()
            tap("send")
            seeInAll(R.string.home_all_stored)
            mission.ask("revoke")
            incident()
            tap("send")
            seeInAll(R.string.error_revoked)
            tap("reports")
            tapFirst("report-")
            seeInAll(R.string.state_stuck)
            seeInAll(R.string.error_revoked)
            assertTrue(core { reports() }.first().state is ReportState.Read)
        }

    @Test
    fun `a question of the coordinators is answered`() =
        withMission { mission ->
            enrol(mission)
            val hash = incident()
            tap("send")
            seeInAll(R.string.home_all_stored)
            mission.ask("about $hash what What did they shout?")
            twin.settings.notices = true
            tap("lock")
            await("unlock")
            assertEquals("nothing waits", false, kotlinx.coroutines.runBlocking { app.deliver() })
            assertEquals("told of while locked", 1, twin.noticed)
            write("pin", org.baqylau.PIN)
            tap("unlock")
            tap("letters")
            see("What did they shout?")
            tapFirst("answer-")
            write("ask", "I remember now")
            tap("ask-ok")
            await("page")
            // The section of the question is open.
            find("row-what")
            seeInAll(R.string.asked)
            write("field-what", "“Go home”")
            review()
            see("— → “Go home”")
            write("reason", "for a test")
            tap("sign")
            await("state")
            home()
            tap("send")
            seeInAll(R.string.home_all_stored)
            assertEquals(0, compose.onAllNodesWithTag("letters").fetchSemanticsNodes().size)
            val reports = mission.ask("desk")["reports"].toList()
            assertEquals(listOf("superseded", "counted"), reports.map { it["status"].textValue() })
            assertEquals("“Go home”", reports[1]["answers"]["what"].textValue())
        }

    @Test
    fun `a signed report is shown and cannot be changed`() =
        withMission { mission ->
            enrol(mission)
            tap("incident")
            goTo("what")
            write("field-what", "A fight")
            wait("saved") { core { progress(visits().last().drafts.last().id) }.answered > 0u }
            sign()
            find("state").assertTextContains("Waiting", substring = true)
            tap("look")
            await("page")
            goTo("what")
            see("A fight")
            assertEquals(0, compose.onAllNodesWithTag("field-what").fetchSemanticsNodes().size)
            assertEquals(0, compose.onAllNodesWithTag("paper").fetchSemanticsNodes().size)
        }

    @Test
    fun `a full disk is said, and nothing is lost`() =
        withMission { mission ->
            enrol(mission)
            tap("incident")
            goTo("what")
            TestApp.fault = BaqylauException.DiskFull()
            write("field-what", "A fight")
            seeInAll(R.string.error_disk_full)
            TestApp.fault = null
            write("field-what", "A fight outside")
            wait("saved") {
                core {
                    val draft = visits().last().drafts.last().id
                    sections(draft).any { s -> openSection(draft, s.section).rows.any { it.answerText == "A fight outside" } }
                }
            }
        }

    @Test
    fun `a call for help goes first`() =
        withMission { mission ->
            enrol(mission)
            tap("sos")
            tap("sos-no")
            // Nobody waits for satellites.
            twin.foundAfterMs = 600_000
            tap("sos")
            tap("sos-yes")
            find("sos-signed")
            seeInAll(R.string.home_all_stored)
            assertEquals(1, mission.ask("desk")["reports"].size())
        }
}
