package org.baqylau.app

import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.ComposeTimeoutException
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.printToString
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onAllNodesWithTag
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextReplacement
import androidx.test.core.app.ActivityScenario
import androidx.test.core.app.ApplicationProvider
import org.baqylau.Mission
import org.baqylau.PIN
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.nio.file.Files

/** Drives the app as an observer does: by what is on the screen. */
@RunWith(RobolectricTestRunner::class)
abstract class AppTest {
    @get:Rule
    val compose: ComposeTestRule = createEmptyComposeRule()

    protected lateinit var activity: ActivityScenario<MainActivity>
    protected val app: TestApp get() = ApplicationProvider.getApplicationContext()
    protected val twin: MemoryServices get() = app.twin

    @Before
    fun launch() {
        activity = ActivityScenario.launch(MainActivity::class.java)
    }

    @After
    fun nothingWaitedForTheCore() {
        activity.close()
        // The next test has a phone of its own; its app is made before it begins.
        TestApp.folder = Files.createTempDirectory("phone")
        assertTrue("called on the main thread: ${TestApp.onMainThread}", TestApp.onMainThread.isEmpty())
    }

    /** Waits until something of that name is there. */
    protected fun await(tag: String): SemanticsNodeInteraction {
        wait(tag) { compose.onAllNodesWithTag(tag).fetchSemanticsNodes().isNotEmpty() }
        return compose.onNodeWithTag(tag)
    }

    /** What is on the screen comes with the failure. */
    protected fun wait(
        what: String,
        condition: () -> Boolean,
    ) = try {
        compose.waitUntil(what, 20_000, condition)
    } catch (e: ComposeTimeoutException) {
        throw AssertionError(what + " is not there\n" + compose.onAllNodes(isRoot()).printToString(maxDepth = 20), e)
    }

    /** Waits until it is there, scrolls to it wherever it is, and gives it. */
    protected fun find(tag: String): SemanticsNodeInteraction {
        wait(tag) {
            if (compose.onAllNodesWithTag(tag).fetchSemanticsNodes().isEmpty()) scrollTo(tag)
            compose.onAllNodesWithTag(tag).fetchSemanticsNodes().isNotEmpty()
        }
        val node = compose.onNodeWithTag(tag)
        runCatching { node.performScrollTo() }
        return node
    }

    private fun scrollTo(tag: String) {
        runCatching { compose.onNode(hasScrollToNodeAction()).performScrollToNode(hasTestTag(tag)) }
    }

    protected fun tap(tag: String) {
        find(tag).assertIsDisplayed().performClick()
    }

    /** The first of those whose names begin so. */
    protected fun tapFirst(prefix: String) {
        val named = SemanticsMatcher("$prefix…") { it.config.getOrNull(SemanticsProperties.TestTag)?.startsWith(prefix) == true }
        wait(prefix) { compose.onAllNodes(named).fetchSemanticsNodes().isNotEmpty() }
        compose.onAllNodes(named)[0].performClick()
    }

    protected fun write(
        tag: String,
        text: String,
    ) = find(tag).performTextReplacement(text)

    protected fun see(text: String) {
        wait(text) {
            compose.onAllNodes(androidx.compose.ui.test.hasText(text, substring = true)).fetchSemanticsNodes().isNotEmpty()
        }
    }

    protected fun enrol(
        mission: Mission,
        observer: Int = 0,
    ) {
        write("invite", mission.invite(observer))
        tap("read")
        await("fingerprint")
        tap("same")
        write("pin", PIN)
        write("pin-again", PIN)
        tap("create")
        await("new-visit")
    }
}
