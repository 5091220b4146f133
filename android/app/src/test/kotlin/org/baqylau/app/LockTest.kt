package org.baqylau.app

import androidx.compose.ui.test.onAllNodesWithTag
import androidx.lifecycle.Lifecycle
import org.baqylau.Mission
import org.baqylau.PIN
import org.baqylau.app.core.PhoneCore
import org.baqylau.app.core.SessionState
import org.baqylau.app.phone.Permission
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.RandomAccessFile
import java.nio.file.Files

/** Who may open the app, and what is left of it. */
class LockTest : AppTest() {
    @Test
    fun `the wrong PIN, to the end`() =
        withMission { mission ->
            enrol(mission)
            incident()
            tap("lock")
            var tries = 0
            while (app.session.state.value != SessionState.Lost) {
                val before = app.session.state.value
                write("pin", "1357")
                tap("unlock")
                wait("an answer") { app.session.state.value.let { it != before && it != SessionState.Starting } }
                tries++
                if (tries == 1) seeInAll(R.string.lock_wrong)
            }
            assertEquals(10, tries)
            seeInAll(R.string.lost_text)
            tap("begin-anew")
            await("invite")
            assertTrue("nothing is left", Files.list(TestApp.folder.resolve("store")).use { it.count() } == 0L)
        }

    @Test
    fun `out of sight it locks, and face or finger open it`() =
        withMission { mission ->
            enrol(mission)
            tap("settings")
            tap("face")
            seeInAll(R.string.settings_face_pin)
            write("old-pin", PIN)
            tap("face")
            see("Open with the PIN only")
            tap("lock-after-0")
            activity.moveToState(Lifecycle.State.CREATED)
            wait("locked") { app.session.state.value is SessionState.Locked }
            activity.moveToState(Lifecycle.State.RESUMED)
            tap("face")
            await("lock-now")
            tap("lock-after-300000")
            activity.moveToState(Lifecycle.State.CREATED)
            activity.moveToState(Lifecycle.State.RESUMED)
            compose.waitForIdle()
            assertTrue("five minutes are not over", app.session.state.value is SessionState.Open)
        }

    @Test
    fun `a phone that slept locks when it wakes`() =
        withMission { mission ->
            enrol(mission)
            twin.settings.lockAfterMs = 60_000
            app.away.leave(-1)
            app.away.comeBack()
            await("unlock")
            assertEquals(0, compose.onAllNodesWithTag("new-visit").fetchSemanticsNodes().size)
        }

    @Test
    fun `the PIN is changed and the phone wiped`() =
        withMission { mission ->
            enrol(mission)
            tap("settings")
            write("old-pin", "1111")
            write("new-pin", "9753")
            tap("change-pin")
            seeInAll(R.string.error_locked)
            write("old-pin", PIN)
            write("new-pin", "9753")
            tap("change-pin")
            find("pin-changed")
            tap("lock-now")
            write("pin", "9753")
            tap("unlock")
            await("settings-page")
            twin.refused += Permission.NOTICES
            tap("notices")
            seeInAll(R.string.error_notices)
            tap("wipe")
            tap("wipe-no")
            tap("wipe")
            tap("wipe-yes")
            await("invite")
            // The screens of the store that is gone do not come back with the next one.
            begin(mission.invite(1))
            await("new-visit")
            assertEquals(0, compose.onAllNodesWithTag("settings-page").fetchSemanticsNodes().size)
        }

    @Test
    fun `a damaged store is saved as far as it reads`() =
        withMission { mission ->
            damage(mission) {
                it.seek(it.length() - it.length() / 4)
                it.write(ByteArray((it.length() / 4).toInt()) { 0x5a })
            }
            seeInAll(R.string.damaged_title)
            write("pin", "0000")
            tap("salvage")
            seeInAll(R.string.error_locked)
            write("pin", PIN)
            tap("salvage")
            write("pin", PIN)
            tap("unlock")
            await("new-visit")
        }

    @Test
    fun `where nothing of a store can be read one begins anew`() =
        withMission { mission ->
            damage(mission) {
                it.seek(PAGE.toLong())
                it.write(ByteArray((it.length() - PAGE).toInt()) { 0x5a })
            }
            write("pin", PIN)
            tap("salvage")
            seeInAll(R.string.damaged_nothing)
            tap("begin-anew")
            await("invite")
        }

    /** Enrols, and pulls the battery; then the file is damaged. */
    private fun damage(
        mission: Mission,
        how: (RandomAccessFile) -> Unit,
    ) {
        enrol(mission)
        visit(checklist = "opening")
        await("page")
        activity.close()
        ((app.session.state.value as SessionState.Open).core as PhoneCore).close()
        val left = Files.createTempDirectory("damaged")
        TestApp.folder.toFile().copyRecursively(left.toFile(), overwrite = true)
        RandomAccessFile(left.resolve("store/main.db").toFile(), "rw").use(how)
        TestApp.folder = left
        app.onCreate()
        launch()
        write("pin", PIN)
        tap("unlock")
        await("damaged")
    }

    private companion object {
        const val PAGE = 4096
    }
}
