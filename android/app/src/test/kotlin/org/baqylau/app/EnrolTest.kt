package org.baqylau.app

import org.baqylau.app.enrol.EnrolModel
import org.baqylau.app.phone.Permission
import org.junit.Assert.assertTrue
import org.junit.Test

/** The way into a mission, and what can be wrong with it. */
class EnrolTest : AppTest() {
    @Test
    fun `the invite is scanned, and its fingerprint compared`() =
        withMission { mission ->
            twin.scanned = listOf(mission.invite(0))
            tap("scan")
            await("fingerprint")
            tap("differs")
            await("invite")
            tap("scan")
            tap("same")
            write("pin", "12")
            write("pin-again", "34")
            tap("create")
            seeInAll(R.string.error_pin_differs)
            write("pin-again", "12")
            tap("create")
            seeInAll(R.string.error_pin_short)
            write("pin", "2468")
            write("pin-again", "2468")
            tap("create")
            await("new-visit")
            see("Kazakhstan")
        }

    @Test
    fun `without the camera an invite is pasted`() {
        twin.refused += Permission.CAMERA
        tap("scan")
        seeInAll(R.string.error_camera)
        write("invite", "no invite at all")
        tap("read")
        seeInAll(R.string.error_invite)
    }

    @Test
    fun `an invite that is no good can be changed for another`() =
        withMission { mission ->
            begin(mission.ask("expired")["invite"].textValue())
            seeInAll(R.string.error_expired)
            tap("another")
            begin(mission.ask("foreign")["invite"].textValue())
            seeInAll(R.string.error_not_genuine)
            tap("another")
            enrol(mission)
        }

    @Test
    fun `where nobody answers it is tried again`() =
        withMission { mission ->
            mission.ask("cut 0")
            begin(mission.invite(0))
            seeInAll(R.string.error_no_answer)
            mission.ask("whole")
            tap("fetch")
            await("new-visit")
        }

    @Test
    fun `a proxy leads to a mission that the network blocks`() =
        withMission { mission ->
            mission.ask("cut 0")
            begin(mission.invite(0))
            seeInAll(R.string.error_no_answer)
            mission.ask("whole")
            write("proxy", "127.0.0.1:1")
            tap("proxy-on")
            await("proxy-off")
            seeInAll(R.string.error_no_answer)
            val later = EnrolModel(app.session, app.services.permissions, true)
            wait("the proxy of before") { later.state.value.proxied && later.state.value.proxy == "127.0.0.1:1" }
            write("proxy", mission.ask("socks")["socks"].textValue())
            tap("proxy-on")
            await("new-visit")
            assertTrue("the proxy was not asked", mission.ask("socks")["asked"].size() > 0)
        }
}
