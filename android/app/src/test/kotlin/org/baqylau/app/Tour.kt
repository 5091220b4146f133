package org.baqylau.app

import org.baqylau.Mission
import org.baqylau.PIN
import org.baqylau.app.core.SessionState

/** Goes from screen to screen as an observer would, and stops at each. */
abstract class Tour : AppTest() {
    protected fun tour(
        mission: Mission,
        stop: (String) -> Unit,
    ) {
        begin(mission, stop)
        fill(stop)
        send(mission, stop)
        log(stop)
        leave(stop)
    }

    private fun begin(
        mission: Mission,
        stop: (String) -> Unit,
    ) {
        await("invite")
        stop("enrol")
        write("invite", mission.invite(0))
        tap("read")
        await("same")
        stop("fingerprint")
        tap("same")
        await("pin-again")
        stop("new-pin")
        write("pin", PIN)
        write("pin-again", PIN)
        tap("create")
        await("new-visit")
        stop("home-empty")
        tap("new-visit")
        await("search")
        stop("places")
        write("search", "31")
        compose.waitForIdle()
        stop("places-search")
        write("search", "s00001")
        tap("place-s00001")
        await("change-place")
        tap("arrive")
        stop("visit")
    }

    private fun fill(stop: (String) -> Unit) {
        tap("start-voting")
        find("page")
        stop("checklist")
        goTo("members_total")
        enter("field-members_total", "99")
        find("issue-members_total")
        stop("checklist-unlikely")
        goTo("group_voting")
        tap("group_voting=yes")
        find("row-group_voting_cases")
        tap("proxy_voting=no")
        stop("checklist-grid")
        tap("sections")
        await("section-1")
        stop("sections")
        tap("back")
        tap("note-group_voting_cases")
        write("ask", "Two women at table 3")
        stop("note")
        tap("ask-ok")
        tap("paper")
        await("paper-page")
        stop("paper")
        tap("paper")
        review()
        await("reason")
        stop("review")
        home()
    }

    private fun send(
        mission: Mission,
        stop: (String) -> Unit,
    ) {
        val asked = incident()
        tap("incident")
        await("page")
        sign()
        stop("report-waiting")
        home()
        stop("home-waiting")
        tap("send")
        see("Stored:")
        tap("reports")
        tapFirst("report-")
        await("receipt")
        stop("report-delivered")
        home()
        mission.ask("about $asked what Where did it happen?")
        tap("send")
        find("letters")
        stop("home-letters")
        tap("letters")
        tapFirst("answer-")
        await("ask")
        stop("why")
        tap("back")
        stop("letters")
        home()
        tap("reports")
        await("report-1")
        stop("reports")
        tap("report-1")
        await("read")
        stop("report-read")
        home()
    }

    private fun log(stop: (String) -> Unit) {
        tap("work")
        see("Log")
        stop("work")
        home()
        tap("courier")
        await("show")
        stop("courier")
        tap("show")
        await("qr")
        stop("courier-codes")
        home()
        tap("sos")
        await("sos-yes")
        stop("sos")
        tap("sos-no")
    }

    private fun leave(stop: (String) -> Unit) {
        tap("settings")
        await("settings-page")
        stop("settings")
        tap("lock-now")
        await("unlock")
        stop("locked")
        while (app.session.state.value != SessionState.Lost) {
            val before = app.session.state.value
            write("pin", "1357")
            tap("unlock")
            wait("an answer") { app.session.state.value.let { it != before && it != SessionState.Starting } }
        }
        stop("lost")
    }
}
