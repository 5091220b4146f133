package org.baqylau.app

import org.baqylau.ObserverCoreInterface
import org.baqylau.app.checklist.ChecklistModel
import org.baqylau.app.core.Core
import org.baqylau.app.core.SessionState
import org.baqylau.app.nav.Route
import org.junit.Assert.assertEquals
import org.junit.Test
import java.lang.reflect.Proxy
import java.util.concurrent.ConcurrentLinkedQueue

/** What a screen asks of the core to be drawn. */
class DrawTest : AppTest() {
    @Test
    fun `a page of a checklist is drawn by one call of the core`() =
        withMission { mission ->
            enrol(mission)
            visit(checklist = "voting")
            find("page")
            val noted = Noted((app.session.state.value as SessionState.Open).core)
            val draft = core { visits().last().drafts.last().id }
            val model = ChecklistModel(noted, Route.Checklist(draft), twin)
            wait("the page") { model.state.value.rows.isNotEmpty() }
            val first = model.state.value
            model.openSection(first.shown[1].section.toInt())
            wait("the next page") { model.state.value.section != first.section }
            model.jump()
            wait("the first question") { model.state.value.focus == first.rows[0].key }
            model.close()
            assertEquals(setOf("checklistPage"), noted.calls.toSet())
        }
}

/** The phone's core; what is called is noted. */
private class Noted(
    private val core: Core,
) : Core by core {
    val calls = ConcurrentLinkedQueue<String>()

    override suspend fun <T> invoke(call: ObserverCoreInterface.() -> T): T = core { noting(this).call() }

    private fun noting(core: ObserverCoreInterface) =
        Proxy.newProxyInstance(javaClass.classLoader, arrayOf(ObserverCoreInterface::class.java)) { _, method, arguments ->
            calls += method.name
            method.invoke(core, *arguments.orEmpty())
        } as ObserverCoreInterface
}
