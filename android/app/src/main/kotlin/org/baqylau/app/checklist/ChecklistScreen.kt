package org.baqylau.app.checklist

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableIntStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalView
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.compose.LifecycleEventEffect
import org.baqylau.Phase
import org.baqylau.app.R
import org.baqylau.app.nav.Route
import org.baqylau.app.phone.Camera
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.TARGET

@Composable
fun ChecklistScreen(
    model: ChecklistModel,
    camera: Camera,
    open: (Route) -> Unit,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    // Kept here: the page is where it was when what lay over it is gone.
    val list = rememberLazyListState()
    Scrolled(state, list)
    // What is typed is kept before the app goes out of sight.
    LifecycleEventEffect(Lifecycle.Event.ON_PAUSE) { model.pause() }
    if (state.recording != null) KeepAwake()
    when (val over = state.over) {
        is Over.Sections -> return Sections(state, model)
        is Over.Photograph ->
            return Screen(stringResource(R.string.photograph), { model.over(null) }, model) {
                camera.Photograph({ model.photographed(over.key, it) }, model::cameraFailed)
            }

        is Over.Scan ->
            return Screen(stringResource(R.string.scan), { model.over(null) }, model) {
                camera.Scan({ model.scanned(over.key, it) }, model::cameraFailed)
            }

        is Over.Search -> return Search(over, model)
        is Over.Note ->
            return Ask(R.string.note_add, over.row.label, model, { model.over(null) }) { model.note(over.row, it) }

        is Over.Confirm ->
            return Ask(R.string.issue_confirm, over.problem.text, model, { model.over(null) }) { model.confirm(over.problem, it) }

        null -> {}
    }
    Screen(
        state.title,
        { model.leave(onBack) },
        model,
        action = { if (!state.finished) Saved(state) },
        bottom = { Steps(state, model) { open(Route.Review(model.draft)) } },
    ) {
        val all = state.progress
        LinearProgressIndicator(
            { if (all.asked == 0u) 0f else all.answered.toFloat() / all.asked.toFloat() },
            Modifier.fillMaxWidth(),
        )
        Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween, Alignment.CenterVertically) {
            TextButton({ model.over(Over.Sections) }, Modifier.weight(1f).heightIn(min = TARGET).testTag("sections")) {
                val head = state.sections.getOrNull(state.section)
                Text("☰ " + head?.title.orEmpty(), Modifier.weight(1f))
            }
            if (!state.finished) {
                TextButton({ model.paper(!state.paper) }, Modifier.heightIn(min = TARGET).testTag("paper")) {
                    Text(stringResource(if (state.paper) R.string.paper_off else R.string.paper_on))
                }
            }
        }
        if (state.paper) Paper(state, model) else Page(state, model, list)
    }
}

/** The screen stays on: what records would end with it. */
@Composable
private fun KeepAwake() {
    val view = LocalView.current
    DisposableEffect(view) {
        view.keepScreenOn = true
        onDispose { view.keepScreenOn = false }
    }
}

/** Another section begins at its top; the question that was looked for is scrolled to. */
@Composable
private fun Scrolled(
    state: ChecklistState,
    list: LazyListState,
) {
    var section by rememberSaveable { mutableIntStateOf(state.section) }
    LaunchedEffect(state.section) {
        if (section != state.section) list.scrollToItem(0)
        section = state.section
    }
    LaunchedEffect(state.focus) {
        val at = blocksOf(state.rows).indexOfFirst { block -> state.focus != null && keysOf(block).contains(state.focus) }
        if (at >= 0) list.animateScrollToItem(at)
    }
}

/** The rows of the section that is open. */
@Composable
private fun Page(
    state: ChecklistState,
    model: ChecklistModel,
    list: LazyListState,
) {
    val blocks = blocksOf(state.rows)
    LazyColumn(Modifier.fillMaxWidth().testTag("page"), list) {
        items(blocks, { block -> keysOf(block).first().toString() }) { block ->
            when (block) {
                is Block.Grid -> Grid(block.rows, state, model)
                is Block.Single -> Question(block.row, state, model)
            }
        }
    }
}

private fun keysOf(block: Block) =
    when (block) {
        is Block.Grid -> block.rows.map { it.key }
        is Block.Single -> listOf(block.row.key)
    }

@Composable
private fun Saved(state: ChecklistState) {
    val saved = state.saving == 0 && state.typed.isEmpty()
    Text(
        if (saved) "✓ " + stringResource(R.string.saved) else "… " + stringResource(R.string.saving),
        Modifier.padding(12.dp).testTag("saved").semantics { liveRegion = LiveRegionMode.Polite },
        style = MaterialTheme.typography.labelLarge,
    )
}

@Composable
private fun Steps(
    state: ChecklistState,
    model: ChecklistModel,
    review: () -> Unit,
) {
    val following = state.shown.firstOrNull { it.section.toInt() > state.section }
    val left = (state.progress.asked - state.progress.answered).toInt()
    if (left > 0 && !state.finished) Secondary(stringResource(R.string.checklist_jump, left), "jump") { model.jump() }
    val next = following?.title?.let { stringResource(R.string.checklist_next, it) } ?: stringResource(R.string.checklist_review)
    if (following != null || !state.finished) Primary(next, "next") { model.next(review) }
}

/** Every section with its phase and how far it is, in any order. */
@Composable
private fun Sections(
    state: ChecklistState,
    model: ChecklistModel,
) = Screen(state.title, { model.over(null) }, model) {
    LazyColumn {
        Phase.entries.map<Phase, Phase?> { it }.plus(null).forEach { phase ->
            val inside = state.shown.filter { it.phase == phase }
            if (inside.isNotEmpty()) item { Heading(stringResource(phaseName(phase))) }
            items(inside) { head ->
                val (answered, asked) = head.progress.answered.toInt() to head.progress.asked.toInt()
                val mark = if (asked == answered) "✓" else "$answered/$asked"
                Line(head.title, "section-${head.section}", mark = mark) { model.openSection(head.section.toInt()) }
            }
        }
    }
}

private fun phaseName(phase: Phase?): Int =
    when (phase) {
        Phase.ARRIVAL -> R.string.phase_arrival
        Phase.OBSERVING -> R.string.phase_observing
        Phase.LEAVING -> R.string.phase_leaving
        null -> R.string.phase_any
    }
