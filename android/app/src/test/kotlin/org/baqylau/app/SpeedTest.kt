package org.baqylau.app

import androidx.compose.ui.test.isSelected
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextReplacement
import org.baqylau.Answer
import org.baqylau.ChoiceView
import org.baqylau.Choices
import org.baqylau.ObserverCoreInterface
import org.baqylau.RowKind
import org.baqylau.RowView
import org.baqylau.Wanted
import org.junit.Assume.assumeTrue
import org.junit.Test

/** What a screen takes beside the calls of the core that it shows, with -Dbaqylau.measure=yes. Prints; nothing fails by time. */
class SpeedTest : AppTest() {
    private val draft get() = core { visits().last().drafts.last { !it.finished }.id }

    @Test
    fun `screens beside the core`() =
        withMission { mission ->
            assumeTrue("measures are asked for", System.getProperty("baqylau.measure").orEmpty().isNotEmpty())
            enrol(mission)
            visit()
            for (checklist in listOf("voting", "closing_count")) {
                tap("start-$checklist")
                find("page")
                tap("back")
                await("change-place")
            }
            // The Java machine is warm when it has seen each screen a few times.
            repeat(RUNS) {
                home()
                visits()
            }
            print("home", { home() }, { visits() }, "new-visit") { listOf(mission(), summary(), visits(), checklists(), letters(), followUps()) }
            for (checklist in listOf("voting", "closing_count")) {
                val id = core { visits().last().drafts.first { it.checklist == checklist }.id }
                print("$checklist, ${asked(id)} questions", { compose.onNodeWithTag("draft-$checklist").performClick() }, { back() }, "page") {
                    checklistPage(id, Wanted.First, null)
                }
            }
            tap("draft-closing_count")
            answers()
            home()
            search()
        }

    private fun visits() {
        tapFirst("visit-")
        await("change-place")
    }

    private fun back() {
        compose.onNodeWithTag("back").performClick()
        await("change-place")
    }

    private fun asked(id: Long) = core { sections(id).sumOf { s -> openSection(id, s.section).rows.count { it.kind !is RowKind.Group } } }

    /** Median milliseconds from [begin] until [tag] is drawn, and of the calls alone. */
    private fun print(
        what: String,
        begin: () -> Unit,
        undo: () -> Unit,
        tag: String,
        calls: ObserverCoreInterface.() -> Any,
    ) {
        val screen = (0..RUNS).map {
            val took = timed {
                begin()
                drawn { compose.onAllNodesWithTag(tag).fetchSemanticsNodes().isNotEmpty() }
            }
            undo()
            took
        }
        tell(what, screen, (0..RUNS).map { timed { core { calls() } } })
    }

    private fun tell(
        what: String,
        screen: List<Double>,
        core: List<Double>,
    ) = println("MEASURED %-32s screen %7.1f ms, the core %6.2f ms, ratio %5.1f".format(what, middle(screen), middle(core), middle(screen) / middle(core)))

    private fun answers() {
        val row = core { sections(draft).filter { it.shown }.flatMap { openSection(draft, it.section).rows }.first { it.kind is RowKind.SelectOne } }
        goTo(row.name)
        val two = (row.choices as Choices.All).choices.take(2)
        val screen = (0..RUNS).map { at ->
            val cell = find("${row.name}=${two[at % 2].name}")
            timed {
                cell.performClick()
                drawn { isSelected().matches(cell.fetchSemanticsNode()) }
            }
        }
        tell("an answer, tapped and drawn", screen, (0..RUNS).map { at -> timed { core { put(row, two[at % 2]) } } })
    }

    private fun ObserverCoreInterface.put(
        row: RowView,
        choice: ChoiceView,
    ) = listOf(setAnswer(draft, row.key, Answer.One(choice.choice)), sections(draft))

    private fun search() {
        tap("new-visit")
        await("search")
        val words = listOf("1", "13", "131", "Abai", "Polling", "Polling station 31", "s00001").filter { core { find(it) }.isNotEmpty() }
        val screen = words.map { word ->
            val first = core { find(word) }.first().code
            compose.onNodeWithTag("search").performTextReplacement("")
            compose.waitForIdle()
            timed {
                compose.onNodeWithTag("search").performTextReplacement(word)
                drawn { compose.onAllNodesWithTag("place-$first").fetchSemanticsNodes().isNotEmpty() }
            }
        }
        tell("10,223 stations, as typed", screen, words.map { timed { core { find(it) } } })
    }

    private fun ObserverCoreInterface.find(word: String) = places(checklists().flatMap { it.places }.distinct(), null, word, 0u, 60u)

    private fun drawn(there: () -> Boolean) {
        val end = System.nanoTime() + 20_000_000_000
        do compose.waitForIdle() while (!there() && System.nanoTime() < end)
        check(there()) { "it is never drawn" }
    }

    private fun timed(what: () -> Unit): Double {
        val from = System.nanoTime()
        what()
        return (System.nanoTime() - from) / 1e6
    }

    private fun middle(times: List<Double>) = times.drop(1).sorted().let { it[it.size / 2] }

    private companion object {
        const val RUNS = 15
    }
}
