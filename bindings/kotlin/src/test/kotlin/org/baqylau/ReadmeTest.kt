package org.baqylau

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

class ReadmeTest {
    /** What stands in the README, line by line. */
    @Test
    fun `the example runs as it stands`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        runBlocking {
            val (invite, vault) = mission.invite(2) to fileVault("$folder/vault")
            // README begins
            val phone = Phone(folder = "$folder/phone", language = "en", boot = "", offsetMinutes = 300)
            val baqylau = Baqylau { ObserverCore.create(phone, vault, pin = "2468", invite) }
            baqylau.enrol(30_000)
            val visit = baqylau { startVisit("s00001", number = null) }
            val draft = baqylau { startChecklist(visit.code, "opening") }
            val page = baqylau { checklistPage(draft.id, Wanted.First, letter = null) }
            baqylau { setAnswer(draft.id, page.rows[0].key, Answer.Missing(Missing.DO_NOT_KNOW)) }
            baqylau { finalise(draft.id, "only a look from outside") }
            baqylau.sync(30_000, now = true)
            val summary = baqylau { summary() }
            // README ends
            assertTrue(summary.allStored)
            baqylau.close()
        }
    }
}
