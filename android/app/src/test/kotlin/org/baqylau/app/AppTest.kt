package org.baqylau.app

import android.content.res.Configuration
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
import androidx.compose.ui.test.performImeAction
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextReplacement
import androidx.test.core.app.ActivityScenario
import androidx.test.core.app.ApplicationProvider
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.baqylau.Mission
import org.baqylau.ObserverCoreInterface
import org.baqylau.PIN
import org.baqylau.app.core.SessionState
import org.baqylau.app.preview.MemoryServices
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.nio.file.Files
import java.util.Locale

/** Of the app. */
val LANGUAGES = listOf("en", "kk", "ru")

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
        TestApp.fault = null
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
        compose.waitUntil(what, 20_000) {
            compose.waitForIdle()
            condition()
        }
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
        // What comes above it moves it away, also between a look and the tap.
        wait("$tag, to be tapped") {
            runCatching { find(tag).assertIsDisplayed().also { compose.onNodeWithTag(tag).performClick() } }.isSuccess
        }
    }

    /** The first of those whose names begin so. */
    protected fun tapFirst(prefix: String) {
        val named = SemanticsMatcher("$prefix…") { it.config.getOrNull(SemanticsProperties.TestTag)?.startsWith(prefix) == true }
        wait(prefix) { compose.onAllNodes(named).fetchSemanticsNodes().isNotEmpty() }
        runCatching { compose.onAllNodes(named)[0].performScrollTo() }
        compose.onAllNodes(named)[0].performClick()
    }

    protected fun write(
        tag: String,
        text: String,
    ) = find(tag).performTextReplacement(text)

    /** Writes, and says so with the keyboard's own key. */
    protected fun enter(
        tag: String,
        text: String,
    ) {
        write(tag, text)
        compose.onNodeWithTag(tag).performImeAction()
    }

    protected fun see(text: String) {
        wait(text) {
            compose.onAllNodes(androidx.compose.ui.test.hasText(text, substring = true)).fetchSemanticsNodes().isNotEmpty()
        }
    }

    protected fun isUnseen(text: String) =
        compose.onAllNodes(androidx.compose.ui.test.hasText(text, substring = true)).fetchSemanticsNodes().isEmpty()

    /** The words of the app in a language. */
    protected fun said(
        language: String,
        id: Int,
    ): String {
        val configuration = Configuration(app.resources.configuration).apply { setLocale(Locale.forLanguageTag(language)) }
        return app.createConfigurationContext(configuration).getString(id)
    }

    /** The app and the mission in a language, as the settings set them. */
    protected fun setLanguage(language: String) {
        if (app.session.state.value is SessionState.Open) core { setLanguage(language) }
        compose.runOnUiThread { app.look.setLanguage(language) }
    }

    /** The words are on the screen, in each language of the app. */
    protected fun seeInAll(id: Int) {
        for (language in LANGUAGES) {
            compose.runOnUiThread { app.look.setLanguage(language) }
            see(said(language, id))
        }
        compose.runOnUiThread { app.look.setLanguage("en") }
    }

    protected fun gone(tag: String) = wait("no $tag") { compose.onAllNodesWithTag(tag).fetchSemanticsNodes().isEmpty() }

    /** Goes back to the first screen. */
    protected fun home() {
        // A page that is left keeps what is under way first, and may be gone when it is tapped again.
        wait("home") {
            val there = compose.onAllNodesWithTag("new-visit").fetchSemanticsNodes().isNotEmpty()
            if (!there) runCatching { compose.onNodeWithTag("back").performClick() }
            there
        }
    }

    /** To the review of the checklist that is open, page by page. */
    protected fun review() {
        while (compose.onAllNodesWithTag("sign").fetchSemanticsNodes().isEmpty()) {
            tap("next")
            compose.waitForIdle()
        }
    }

    /** Opens the section that a question is in. */
    protected fun goTo(question: String) {
        find("page")
        if (compose.onAllNodesWithTag("row-$question").fetchSemanticsNodes().isNotEmpty()) return
        val at =
            core {
                val drafts = visits().flatMap { it.drafts }
                val draft = (drafts.lastOrNull { !it.finished } ?: drafts.last()).id
                sections(draft).first { s -> s.shown && openSection(draft, s.section).rows.any { it.name == question } }.section
            }
        tap("sections")
        tap("section-$at")
        find("row-$question")
    }

    /** Signs the checklist that is open as it is. */
    protected fun sign() {
        review()
        write("reason", "for a test")
        tap("sign")
        await("state")
    }

    /** A signed report, and its hash, from the first screen and back to it. */
    protected fun incident(): String {
        tap("incident")
        await("page")
        sign()
        home()
        return core { reports() }.last().hash
    }

    protected fun visit(
        place: String = "s00001",
        checklist: String? = null,
    ) {
        tap("new-visit")
        write("search", place)
        tap("place-$place")
        checklist?.let { tap("start-$it") }
    }

    /** What the screens do not show, beside them. */
    protected fun <T> core(call: ObserverCoreInterface.() -> T): T =
        runBlocking { withContext(Dispatchers.IO) { (app.session.state.value as SessionState.Open).core(call) } }

    /** Runs against a mission of its own. */
    protected fun withMission(test: (Mission) -> Unit) = Mission().use(test)

    protected fun enrol(
        mission: Mission,
        observer: Int = 0,
    ) {
        begin(mission.invite(observer))
        await("new-visit")
    }

    /** Pastes an invite and goes on to where the mission is fetched. */
    protected fun begin(invite: String) {
        write("invite", invite)
        tap("read")
        tap("same")
        write("pin", PIN)
        write("pin-again", PIN)
        tap("create")
    }
}
