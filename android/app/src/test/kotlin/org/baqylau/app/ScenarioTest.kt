package org.baqylau.app

import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.onAllNodesWithTag
import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.baqylau.Mission
import org.baqylau.ObserverCoreInterface
import org.baqylau.PIN
import org.baqylau.app.core.SessionState
import org.junit.Assert.assertEquals
import org.junit.Test
import java.io.File
import java.nio.file.Files

/** One day of one observer, as every language plays it; here with the thumb. */
class ScenarioTest : AppTest() {
    private val scenario: JsonNode = ObjectMapper().readTree(File(System.getProperty("baqylau.scenario")))
    private lateinit var mission: Mission

    @Test
    fun `one day of one observer`() =
        Mission().use {
            mission = it
            enrol(it)
            tap("new-visit")
            write("search", "s00001")
            tap("place-s00001")
            tap("start-${scenario["checklist"].textValue()}")
            scenario["steps"].forEach(::play)
        }

    private fun play(step: JsonNode) {
        val text = { name: String -> step[name].textValue() }
        when (val what = text("do")) {
            "set" -> set(text("question"), text("answer"))
            "shown" -> find("row-${text("question")}")
            "hidden" -> assertEquals(0, compose.onAllNodesWithTag("row-${text("question")}").fetchSemanticsNodes().size)
            "answered" -> {
                section(text("question"))
                find("field-${text("question")}").assertTextContains(text("text"))
            }

            "issue" -> find("issue-${text("question")}")
            "cannot_sign" -> {
                review()
                await("sign").assertIsNotEnabled()
                tap("back")
            }

            "kill" -> kill()
            "sign" -> {
                review()
                write("reason", text("reason"))
                tap("sign")
                await("state")
            }

            "state" -> see(if (text("state") == "waiting") "Waiting for a connection" else "Delivered")
            "cut" -> mission.ask("cut ${step["bytes"]}")
            "whole" -> mission.ask("whole")
            "sync" -> sync(step["delivered"].intValue())
            "amend" -> {
                tap("amend")
                write("ask", text("why"))
                tap("ask-ok")
            }

            "changes" -> {
                review()
                see("${text("before")} → ${text("after")}")
                tap("back")
            }

            "all_safe" -> {
                home()
                see("All safe")
            }

            "desk" -> {
                val reports = mission.ask("desk")["reports"].toList()
                assertEquals(step["status"].toList(), reports.map { it["status"] })
                assertEquals(step["answers"].toList(), reports.map { it["answers"][text("question")] })
            }

            else -> error("$what is no step")
        }
    }

    private fun set(
        question: String,
        answer: String,
    ) {
        section(question)
        if (answer.all(Char::isDigit)) write("field-$question", answer) else tap("$question=$answer")
        saved()
    }

    private fun saved() {
        compose.waitForIdle()
        find("saved").also { see("✓ Saved") }
    }

    /** Opens the section that a question is in. */
    private fun section(question: String) {
        if (compose.onAllNodesWithTag("row-$question").fetchSemanticsNodes().isNotEmpty()) return
        val at =
            core {
                val draft = visits().flatMap { it.drafts }.last { !it.finished }.id
                sections(draft).first { s -> s.shown && openSection(draft, s.section).rows.any { it.name == question } }.section
            }
        tap("sections")
        tap("section-$at")
        find("row-$question")
    }

    private fun review() {
        while (compose.onAllNodesWithTag("sign").fetchSemanticsNodes().isEmpty()) {
            tap("next")
            compose.waitForIdle()
        }
    }

    /** The battery is pulled: another process opens what is on the disk. */
    private fun kill() {
        activity.close()
        val left = Files.createTempDirectory("after a kill")
        TestApp.folder.toFile().copyRecursively(left.toFile(), overwrite = true)
        TestApp.folder = left
        app.onCreate()
        launch()
        write("pin", PIN)
        tap("unlock")
        await("new-visit")
        tapFirst("visit-")
        tap("draft-${scenario["checklist"].textValue()}")
    }

    private fun sync(delivered: Int) {
        home()
        val before = core { summary().delivered }
        tap("send")
        wait("sent") { core { summary().delivered } == before + delivered.toUInt() }
        if (delivered > 0) see("All safe")
        tap("reports")
        tapFirst("report-")
    }

    private fun home() {
        while (compose.onAllNodesWithTag("new-visit").fetchSemanticsNodes().isEmpty()) {
            tap("back")
            compose.waitForIdle()
        }
    }

    /** What the screens do not show, beside them. */
    private fun <T> core(call: ObserverCoreInterface.() -> T): T =
        runBlocking { withContext(Dispatchers.IO) { (app.session.state.value as SessionState.Open).core(call) } }
}
