package org.baqylau.app

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.text.TextLayoutResult
import org.junit.Assert.assertEquals
import org.junit.Test
import org.robolectric.RuntimeEnvironment

/** Every screen, for those who do not see well, see nothing, or read from right to left. */
class ScreensTest : Tour() {
    private val found = mutableListOf<String>()

    @Test
    fun `controls have a name, a state and room for a thumb, in large letters and from right to left too`() =
        withMission { mission ->
            tour(mission) { stop ->
                look(stop, "en", 1f)
                look("$stop in large letters", "ru", 2f)
                look("$stop from right to left", "ar", 1f)
                show("en", 1f)
            }
            assertEquals("", found.joinToString("\n"))
        }

    private fun look(
        stop: String,
        language: String,
        letters: Float,
    ) {
        show(language, letters)
        val controls = SemanticsMatcher("controls") { node -> ACTIONS.any { it in node.config } }
        for (node in compose.onAllNodes(controls).fetchSemanticsNodes()) {
            val name = node.config.getOrNull(SemanticsProperties.TestTag) ?: words(node)
            if (words(node).isBlank()) found += "$stop: $name has no words"
            if (node.size.width < TARGET || node.size.height < TARGET) found += "$stop: $name is ${node.size}"
            state(node)?.let { found += "$stop: $name $it" }
        }
        val texts = SemanticsMatcher("texts") { SemanticsActions.GetTextLayoutResult in it.config }
        for (node in compose.onAllNodes(texts, useUnmergedTree = true).fetchSemanticsNodes()) {
            if (cut(node)) found += "$stop: “${words(node)}” is cut"
        }
        val width = compose.onAllNodes(isRoot()).fetchSemanticsNodes().first().size.width.toFloat()
        val all = compose.onAllNodes(SemanticsMatcher("all") { true }).fetchSemanticsNodes()
        all.filter { beside(it.boundsInRoot, width) }.forEach { found += "$stop: “${words(it)}” is beside the screen" }
    }

    private fun show(
        language: String,
        letters: Float,
    ) {
        RuntimeEnvironment.setFontScale(letters)
        setLanguage(language)
        activity.recreate()
        compose.waitForIdle()
    }

    /** What a screen reader says. */
    private fun words(node: SemanticsNode): String {
        val config = node.config
        val texts = config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text }
        val edited = listOfNotNull(config.getOrNull(SemanticsProperties.EditableText)?.text)
        return (config.getOrNull(SemanticsProperties.ContentDescription).orEmpty() + texts + edited).joinToString(" ").trim()
    }

    private fun state(node: SemanticsNode): String? =
        when (node.config.getOrNull(SemanticsProperties.Role)) {
            Role.RadioButton -> "does not say whether it is chosen".takeIf { SemanticsProperties.Selected !in node.config }
            Role.Checkbox, Role.Switch -> "does not say whether it is on".takeIf { SemanticsProperties.ToggleableState !in node.config }
            else -> null
        }

    /** A heading may end in dots: what it names is shown below it. */
    private fun cut(node: SemanticsNode): Boolean {
        val laid = mutableListOf<TextLayoutResult>()
        node.config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action?.invoke(laid)
        return SemanticsProperties.Heading !in node.config && laid.any(::cut)
    }

    private fun cut(laid: TextLayoutResult): Boolean {
        val lines = 0 until laid.lineCount
        val wide = lines.any { laid.isLineEllipsized(it) || laid.getLineRight(it) - laid.getLineLeft(it) > laid.size.width + 1 }
        return wide || laid.multiParagraph.height > laid.size.height + 1
    }

    private fun beside(
        bounds: Rect,
        width: Float,
    ) = bounds.width > 0 && (bounds.left < -1 || bounds.right > width + 1)

    private companion object {
        /** At one pixel a dp, as the tests run. */
        const val TARGET = 48
        val ACTIONS = listOf(SemanticsActions.OnClick, SemanticsActions.SetText)
    }
}
