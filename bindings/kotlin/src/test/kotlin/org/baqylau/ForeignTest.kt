package org.baqylau

import java.io.File
import java.nio.file.Path
import java.security.SecureRandom
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir

private val calls = System.getenv("BAQYLAU_SOAK_CALLS")?.toInt() ?: 4_000
private val cycles = System.getenv("BAQYLAU_SOAK_CYCLES")?.toInt() ?: 60

/** Keys in memory. Throws what it is told to. */
private class Vault : KeyVault {
    private val keys = ConcurrentHashMap<String, SecretKeySpec>()
    var throws: Exception? = null

    override fun create(
        alias: String,
        policy: Policy,
    ) {
        keys.computeIfAbsent(alias) { SecretKeySpec(ByteArray(32).also(SecureRandom()::nextBytes), "HmacSHA256") }
    }

    override fun bind(
        alias: String,
        input: ByteArray,
    ): ByteArray {
        throws?.let { throw it }
        val key = keys[alias] ?: throw ForeignException.Failed("there is no key $alias")
        return Mac.getInstance("HmacSHA256").apply { init(key) }.doFinal(input)
    }

    override fun destroy(alias: String) {
        keys.remove(alias)
    }
}

class ForeignTest {
    private fun enrolled(
        mission: Mission,
        folder: Path,
        vault: KeyVault,
    ): ObserverCore = ObserverCore.create(phone(folder), vault, PIN, mission.invite(1)).also { it.enrol(30_000u) }

    @Test
    fun `what foreign code throws comes back as an error`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        val vault = Vault()
        enrolled(mission, folder, vault).use { core ->
            core.lock()
            assertThrows<BaqylauException.Locked> { core.visits() }
            for (thrown in listOf(ForeignException.Failed("the chip is gone"), IllegalStateException("the chip is gone"))) {
                vault.throws = thrown
                val refused = assertThrows<BaqylauException.Refused> { core.unlock(PIN) }
                assertTrue("the chip is gone" in refused.reason, refused.reason)
            }
            vault.throws = null
            core.unlock(PIN)
            assertThrows<InternalException> { panicOnPurpose() }
            // Through the package it is an error like every other.
            val wrapped = runBlocking { Baqylau { core } }
            assertThrows<BaqylauException.Internal> { runBlocking { wrapped { panicOnPurpose() } } }
            core.setLanguage("kk")
            assertEquals(readInvite(mission.invite(1)).fingerprint, core.mission().fingerprint)
        }
    }

    @Test
    fun `a listener may call back and may fail`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        enrolled(mission, folder, Vault()).use { core ->
            val heard = AtomicInteger()
            core.listen(
                object : ChangeListener {
                    override fun changed(change: Change) {
                        heard.incrementAndGet()
                        core.summary()
                        error("what a screen throws undoes nothing")
                    }
                },
            )
            val draft = core.startChecklist(core.startVisit(null, null).code, "incident")
            core.discard(draft.id)
            assertEquals(3, heard.get())
        }
    }

    @Test
    fun `a sync in a sync and a source that fails have reasons of their own`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        enrolled(mission, folder, Vault()).use { core ->
            val draft = core.startChecklist(core.startVisit(null, null).code, "incident").id
            val photo = core.sections(draft).flatMap { core.openSection(draft, it.section).rows }.first { it.name == "photo" }.key
            val torn =
                object : ByteSource {
                    override fun read(atMost: UInt): ByteArray = throw ForeignException.Failed("the camera went away")
                }
            val failed = assertThrows<BaqylauException.Refused> { core.attach(draft, photo, "image/jpeg", torn) }
            assertEquals(Why.SOURCE, failed.why)
            assertTrue("the camera went away" in failed.reason, failed.reason)
            core.finalise(draft, "for a test")
            val told = CopyOnWriteArrayList<Why>()
            core.listen(
                object : ChangeListener {
                    override fun changed(change: Change) {
                        try {
                            core.syncNow(30_000u)
                        } catch (e: BaqylauException.Refused) {
                            told += e.why
                        }
                    }
                },
            )
            assertEquals(1u, core.syncNow(30_000u).delivered)
            core.listen(null)
            assertTrue(told.isNotEmpty() && told.all { it == Why.SYNCING }, "$told")
        }
    }

    @Test
    fun `a delivery says why the server was not heard, and everything is sent again`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        runBlocking {
            Baqylau { enrolled(mission, folder, Vault()) }.use { baqylau ->
                baqylau { finalise(startChecklist(startVisit(null, null).code, "incident").id, "for a test") }
                mission.ask("cut 0")
                assertEquals(Trouble.UNREACHABLE, baqylau.sync(30_000, now = true).trouble)
                mission.ask("whole")
                assertEquals(null, baqylau.sync(30_000, now = true).trouble)
                assertEquals(1u, baqylau.syncAgain(30_000).delivered)
                mission.ask("lost")
                assertEquals(Trouble.UNPUBLISHED, baqylau.sync(30_000, now = true).trouble)
                mission.ask("publish")
                // It is sent, and not stored: of the same size, this log is another one.
                assertEquals(0u, baqylau.syncAgain(30_000).delivered)
                assertEquals(LogConsistency.CONTRADICTED, baqylau { summary() }.log)
            }
        }
    }

    @Test
    fun `coroutines, a flow of changes, and a sync that is cancelled`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        runBlocking {
            Baqylau { enrolled(mission, folder, Vault()) }.use { baqylau ->
                val change = async { baqylau.changes().first() }
                while (!change.isCompleted) {
                    baqylau { startVisit(null, null) }
                    yield()
                }
                assertEquals(Change.WORK, change.await())
                assertEquals(0, baqylau.sync(30_000, now = true).delivered.toInt())
                // Nobody answers for an hour; cancelled, it comes back.
                mission.ask("hang")
                val report = baqylau { finalise(startChecklist(startVisit(null, null).code, "incident").id, "for a test") }
                for (beforeIt in listOf(0L, 500L)) {
                    val sync = async { baqylau.sync(HOUR_MS, now = true) }
                    delay(beforeIt)
                    withTimeout(20_000) { sync.cancelAndJoin() }
                }
                assertEquals(1u, baqylau { summary() }.waiting)
                mission.ask("whole")
                assertEquals(1, baqylau.sync(30_000, now = true).delivered.toInt())
                assertTrue(baqylau { reports() }.single { it.seq == report.seq }.state is ReportState.Delivered)
            }
        }
    }

    @Test
    fun `each of several collectors hears everything`(
        @TempDir folder: Path,
    ): Unit = Mission().use { mission ->
        runBlocking {
            Baqylau { enrolled(mission, folder, Vault()) }.use { baqylau ->
                val first = async(start = CoroutineStart.UNDISPATCHED) { baqylau.changes().first { it == Change.WORK } }
                val locked = async(start = CoroutineStart.UNDISPATCHED) { baqylau.changes().first { it == Change.LOCK } }
                // Who collects may begin to hear only after a change or two.
                withTimeout(20_000) { while (first.isActive) baqylau { startVisit(null, null) } }
                // The first has gone, and nothing is dropped on the way to the second.
                baqylau { repeat(100) { startVisit(null, null) } }
                baqylau { lock() }
                withTimeout(20_000) { locked.await() }
            }
        }
    }

    @Test
    fun `many threads and many cycles`(
        @TempDir folder: Path,
    ) = Mission().use { mission ->
        val vault = Vault()
        enrolled(mission, folder, vault).use { core ->
            val draft = core.startChecklist(core.startVisit(null, null).code, "incident").id
            val pool = Executors.newFixedThreadPool(8)
            val done = (1..8).map { pool.submit { repeat(calls / 8) { core.progress(draft) } } }
            done.forEach { it.get(300, TimeUnit.SECONDS) }
            pool.shutdown()
        }

        fun cycle(times: Int): Long {
            repeat(times) {
                ObserverCore.openLocked(phone(folder), vault).use { assertTrue(it.exportCourier().isNotEmpty()) }
            }
            System.gc()
            return resident()
        }
        val files = openFiles()
        val before = cycle(maxOf(cycles / 4, 20))
        val grown = cycle(cycles) - before
        assertTrue(grown < 60_000, "memory grew by $grown KB")
        // A core that stays holds its two files.
        assertTrue(openFiles() <= files + 4, "${openFiles()} files are open, $files were")
    }

    private fun openFiles() = File("/proc/self/fd").list()?.size ?: 0

    /** Kilobytes. The heap is all there from the beginning (see the arguments of Surefire), so that what grows is not the heap. */
    private fun resident(): Long {
        val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS") }
        return line.filter(Char::isDigit).toLong()
    }
}

private const val HOUR_MS = 3_600_000L
