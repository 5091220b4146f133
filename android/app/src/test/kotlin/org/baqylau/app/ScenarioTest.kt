package org.baqylau.app

import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.onAllNodesWithTag
import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import org.baqylau.Mission
import org.baqylau.PIN
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
        withMission {
            mission = it
            enrol(it)
            visit(checklist = scenario["checklist"].textValue())
            scenario["steps"].forEach(::play)
        }

    private fun play(step: JsonNode) {
        val text = { name: String -> step[name].textValue() }
        when (val what = text("do")) {
            "set" -> set(text("question"), text("answer"))
            "shown" -> find("row-${text("question")}")
            "hidden" -> assertEquals(0, compose.onAllNodesWithTag("row-${text("question")}").fetchSemanticsNodes().size)
            "answered" -> {
                goTo(text("question"))
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

            "all_stored" -> {
                home()
                see("Stored:")
            }

            "read" -> {
                tap("send")
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
        goTo(question)
        if (answer.all(Char::isDigit)) enter("field-$question", answer) else tap("$question=$answer")
        saved()
    }

    private fun saved() {
        compose.waitForIdle()
        find("saved").also { see("✓ Saved") }
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
        see(if (delivered > 0) "Stored:" else "cannot be reached")
        tap("reports")
        tapFirst("report-")
    }
}
