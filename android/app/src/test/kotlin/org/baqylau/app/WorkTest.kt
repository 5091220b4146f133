package org.baqylau.app

import androidx.compose.ui.test.onAllNodesWithTag
import org.baqylau.Answer
import org.baqylau.Mission
import org.baqylau.ObserverCore
import org.baqylau.PIN
import org.baqylau.app.phone.Picked
import org.baqylau.bytesSource
import org.baqylau.fileVault
import org.baqylau.phone
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import java.nio.file.Files
import java.time.LocalDate

/** What long-term observers log, and reports that somebody carries. */
class WorkTest : AppTest() {
    @Test
    fun `a complaint is put off and looked at again`() =
        withMission { mission ->
            enrol(mission, 1)
            tap("work")
            tap("log-complaint")
            tap("no-place")
            goTo("state")
            tap("state=pending")
            goTo("follow_up")
            tap("day-follow_up")
            tap("day-ok")
            val today = LocalDate.now().toEpochDay().toInt()
            wait("the day") {
                core {
                    val draft = visits().last().drafts.last().id
                    sections(draft).flatMap { openSection(draft, it.section).rows }.any { it.answer == Answer.Date(today) }
                }
            }
            sign()
            home()
            tap("due")
            val due = core { followUps() }.single()
            tap("follow-${due.draft.id}")
            await("page")
            assertTrue("it is an amendment", core { visits() }.last().drafts.any { !it.finished })
        }

    @Test
    fun `reports are carried by another phone and receipts come back`() =
        withMission { mission ->
            enrol(mission)
            incident()
            tap("courier")
            tap("save")
            find("saved")
            val file = twin.saved.last()
            tap("show")
            find("qr")
            tap("back")
            // Another observer takes the file, delivers it, and brings receipts.
            val carrier = carrier(mission)
            assertEquals("an enrolment and a report", 2, carrier.importCourier(file).carried.toInt())
            carrier.syncNow(60_000u)
            val receipts = carrier.exportCourier()
            twin.picked = Picked("application/octet-stream", bytesSource(receipts))
            tap("import")
            find("brought")
            home()
            seeInAll(R.string.home_all_stored)
        }

    @Test
    fun `changing codes are read in any order`() =
        withMission { mission ->
            enrol(mission)
            val carrier = carrier(mission)
            carrier.startVisit(null, null).let { carrier.startChecklist(it.code, "incident") }.let { carrier.finalise(it.id, "for a test") }
            twin.scanned = carrier.courierCodes().reversed()
            tap("courier")
            tap("scan")
            find("brought")
            see("Carried on for others: 2")
            assertEquals(0, compose.onAllNodesWithTag("percent").fetchSemanticsNodes().size)
            twin.picked = Picked("application/octet-stream", bytesSource(ByteArray(100)))
            tap("import")
            see(said("en", R.string.error_courier))
            seeInAll(R.string.error_courier)
        }

    private fun carrier(mission: Mission): ObserverCore {
        val folder = Files.createTempDirectory("carrier")
        val core = ObserverCore.create(phone(folder.resolve("store")), fileVault(folder.resolve("keys").toString()), PIN, mission.invite(2))
        core.enrol(60_000u)
        return core
    }
}
