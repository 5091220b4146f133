package org.baqylau

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assertions.fail
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.nio.file.Path

private val scenario: JsonNode = ObjectMapper().readTree(File(System.getProperty("baqylau.scenario")))

/** Plays the steps on one phone. */
private class Player(
    private val mission: Mission,
    private var folder: Path,
) {
    private val vault = fileVault("$folder vault")
    private var core = ObserverCore.create(phone(folder), vault, PIN, mission.invite(0))
    private var draft: Long

    init {
        assertTrue(core.enrol(30_000u).enrolled)
        val checklist = core.checklists().first { it.id == scenario["checklist"].textValue() }
        val place = core.places(checklist.places, null, "", 0u, 1u).first()
        draft = core.startChecklist(core.startVisit(place.code, null).code, checklist.id).id
    }

    private fun row(name: String): RowView? =
        core
            .sections(draft)
            .filter { it.shown }
            .flatMap { core.openSection(draft, it.section).rows }
            .find { it.name == name }

    private fun there(step: JsonNode): RowView = checkNotNull(row(step["question"].textValue())) { "$step: it is not shown" }

    fun play(step: JsonNode) {
        val text = { name: String -> step[name].textValue() }
        when (val what = text("do")) {
            "set" -> there(step).key.let { core.setAnswer(draft, it, core.readAnswer(draft, it, text("answer"))) }
            "shown" -> assertNotNull(row(text("question")))
            "hidden" -> assertNull(row(text("question")))
            "answered" -> assertEquals(text("text"), there(step).answerText)
            "issue" -> assertTrue(there(step).issues.any { it.issue.name.lowercase() == text("issue") }, "$step")
            "cannot_sign" -> {
                val refused = assertThrows<BaqylauException.Invalid> { core.finalise(draft, "for a test") }
                val named =
                    when (val reason = refused.reason) {
                        is InvalidReason.Impossible -> reason.question
                        is InvalidReason.Unanswered -> reason.question
                        is InvalidReason.Unconfirmed -> reason.question
                        else -> fail("$reason")
                    }
                assertEquals(text("question"), named)
            }
            "kill" -> kill()
            "sign" -> core.finalise(draft, text("reason"))
            "state" -> assertEquals(text("state"), state(step["report"].longValue()))
            "cut" -> mission.ask("cut ${step["bytes"]}")
            "whole" -> assertTrue(mission.ask("whole")["lost"].intValue() > 0)
            "sync" -> assertEquals(step["delivered"].intValue(), core.syncNow(30_000u).delivered.toInt())
            "amend" -> draft = core.amend(step["report"].longValue(), text("why")).id
            "changes" -> {
                val change = core.changes(draft).first { it.name == text("question") }
                assertEquals(text("before") to text("after"), change.before to change.after)
            }
            "all_stored" -> core.summary().let { assertTrue(it.allStored && !it.allSafe) }
            "read" -> {
                core.syncNow(30_000u)
                assertTrue(core.summary().allSafe)
                assertEquals("read", state(1))
            }
            "desk" -> {
                val reports = mission.ask("desk")["reports"].toList()
                assertEquals(step["status"].toList(), reports.map { it["status"] })
                assertEquals(step["answers"].toList(), reports.map { it["answers"][text("question")] })
            }
            else -> error("no step $what")
        }
    }

    /** What a kill leaves of the store. */
    private fun kill() {
        val left = folder.resolveSibling("after a kill")
        folder.toFile().copyRecursively(left.toFile())
        folder = left
        core = ObserverCore.open(phone(left), vault, PIN)
    }

    private fun state(report: Long): String =
        when (core.reports().first { it.seq == report }.state) {
            is ReportState.Waiting -> "waiting"
            is ReportState.Sending -> "sending"
            is ReportState.Stuck -> "stuck"
            is ReportState.Delivered -> "delivered"
            is ReportState.Missing -> "missing"
            is ReportState.Read -> "read"
        }
}

class ScenarioTest {
    @Test
    fun `one day of one observer`(
        @TempDir folder: Path,
    ) {
        Mission().use { mission ->
            val player = Player(mission, folder.resolve("phone"))
            scenario["steps"].forEach(player::play)
        }
    }
}
