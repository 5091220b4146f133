package org.baqylau

import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.nio.file.Path

class CrossingTest {
    /** What a call costs from here; the work is described in `benches/benches/crossing.rs`. */
    @Test
    @EnabledIfEnvironmentVariable(named = "BAQYLAU_BENCH", matches = ".+")
    fun crossing(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        ObserverCore.create(phone(folder.resolve("phone")), fileVault("$folder/vault"), PIN, mission.invite(0)).use { core ->
            core.enrol(30_000u)
            val draft = core.startChecklist(core.startVisit("s00001", null).code, "voting").id
            val full = core.sections(draft).filter { it.shown }.map { core.openSection(draft, it.section) }
            val largest = full.maxBy { it.rows.size }.section
            val key = core.openSection(draft, largest).rows.first { it.kind is RowKind.SelectOne }.key
            val set = median { core.setAnswer(draft, key, Answer.One((it % 2).toUInt())) }
            val view = median { core.openSection(draft, largest) }
            val small = median { core.progress(draft) }
            val page = median { core.checklistPage(draft, Wanted.Section(largest), null) }
            File(System.getenv("BAQYLAU_BENCH")).writeText("$set $view $small $page\n")
        }
    }

    /** Microseconds. The first half of the rounds warms the machine up. */
    private fun median(call: (Int) -> Unit): Double {
        val times =
            LongArray(6_000) {
                val begun = System.nanoTime()
                call(it)
                System.nanoTime() - begun
            }
        return times.drop(3_000).sorted()[1_500] / 1_000.0
    }
}
