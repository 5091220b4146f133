package org.baqylau.app.ui

import androidx.activity.compose.BackHandler
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.selection.selectable
import androidx.compose.material3.Button
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.collectAsState
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.layout.Layout
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.baqylau.app.R
import org.baqylau.app.core.Words
import org.baqylau.app.nav.ScreenModel

/** No target is smaller. */
val TARGET: Dp = 48.dp

/** A phone that lies on its side is lower. */
private const val LOW = 480

/** A button among what a screen shows. */
val INSET = Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 4.dp)

/** The widest that text is read at with ease. */
private val COLUMN = 720.dp

/** A screen: its name with the way back, what went wrong, what it shows, and what it asks to be done, within the thumb's reach. */
@Composable
fun Screen(
    title: String,
    onBack: (() -> Unit)?,
    model: ScreenModel<*>? = null,
    action: @Composable (() -> Unit)? = null,
    bottom: (@Composable () -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    if (onBack != null) BackHandler(onBack = onBack)
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Column(Modifier.fillMaxSize().safeDrawingPadding(), horizontalAlignment = Alignment.CenterHorizontally) {
            Row(Modifier.fillMaxWidth().heightIn(min = 56.dp), verticalAlignment = Alignment.CenterVertically) {
                if (onBack != null) {
                    TextButton(onBack, Modifier.heightIn(min = TARGET).testTag("back")) { Text(stringResource(R.string.back)) }
                }
                Text(
                    title,
                    Modifier.weight(1f).padding(horizontal = 12.dp, vertical = 4.dp).semantics { heading() },
                    style = MaterialTheme.typography.titleLarge,
                    maxLines = 2,
                    overflow = TextOverflow.Ellipsis,
                )
                action?.invoke()
            }
            Busy(model)
            Column(Modifier.weight(1f).widthIn(max = COLUMN).fillMaxWidth()) {
                Failure(model)
                content()
            }
            if (bottom != null) {
                HorizontalDivider()
                Buttons(bottom)
            }
        }
    }
}

/** Under each other; beside each other where the screen is low. */
@Composable
private fun Buttons(buttons: @Composable () -> Unit) {
    if (LocalConfiguration.current.screenHeightDp >= LOW) {
        return Column(Modifier.widthIn(max = COLUMN).fillMaxWidth().padding(12.dp), Arrangement.spacedBy(8.dp)) { buttons() }
    }
    Layout(buttons, Modifier.fillMaxWidth().padding(horizontal = 12.dp, vertical = 4.dp)) { all, room ->
        val gap = 8.dp.roundToPx()
        val width = (room.maxWidth - gap * (all.size - 1)) / all.size.coerceAtLeast(1)
        val placed = all.map { it.measure(Constraints(minWidth = width, maxWidth = width)) }
        layout(room.maxWidth, placed.maxOfOrNull { it.height } ?: 0) {
            placed.forEachIndexed { at, button -> button.placeRelative(at * (width + gap), 0) }
        }
    }
}

@Composable
private fun Busy(model: ScreenModel<*>?) {
    val busy = model?.busy?.collectAsState()?.value ?: 0
    Box(Modifier.fillMaxWidth().heightIn(min = 4.dp)) { if (busy > 0) LinearProgressIndicator(Modifier.fillMaxWidth()) }
}

@Composable
private fun Failure(model: ScreenModel<*>?) {
    val words by (model?.error ?: return).collectAsState()
    words?.let { ErrorCard(it, model::forgetError) }
}

/** What went wrong, and what to do; read out when it appears. */
@Composable
fun ErrorCard(
    words: Words,
    onClose: (() -> Unit)? = null,
) {
    Card(
        Modifier.fillMaxWidth().padding(12.dp).semantics { liveRegion = LiveRegionMode.Assertive },
        colors = CardDefaults.cardColors(containerColor = MaterialTheme.colorScheme.errorContainer),
    ) {
        Column(Modifier.padding(12.dp)) {
            Text("⚠ " + words.say(LocalResources.current), Modifier.testTag("error"))
            if (onClose != null) {
                TextButton(onClose, Modifier.heightIn(min = TARGET).align(Alignment.End).testTag("understood")) { Text(stringResource(R.string.understood)) }
            }
        }
    }
}

/** The one thing to do next. */
@Composable
fun Primary(
    text: String,
    tag: String,
    modifier: Modifier = Modifier.fillMaxWidth(),
    enabled: Boolean = true,
    onClick: () -> Unit,
) = Button(onClick, modifier.heightIn(min = 56.dp).testTag(tag), enabled) { Text(text) }

@Composable
fun Secondary(
    text: String,
    tag: String,
    modifier: Modifier = Modifier.fillMaxWidth(),
    enabled: Boolean = true,
    onClick: () -> Unit,
) = OutlinedButton(onClick, modifier.heightIn(min = TARGET).testTag(tag), enabled) { Text(text) }

/** A line that leads somewhere: what it is, what is known of it, and a mark that says its state without colour. */
@Composable
fun Line(
    title: String,
    tag: String,
    below: String = "",
    mark: String = "",
    onClick: () -> Unit,
) {
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = 56.dp)
            .testTag(tag)
            .clickable(role = Role.Button, onClick = onClick)
            .padding(horizontal = 16.dp, vertical = 8.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Column(Modifier.weight(1f)) {
            Text(title, style = MaterialTheme.typography.bodyLarge)
            if (below.isNotEmpty()) {
                Text(below, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
            }
        }
        if (mark.isNotEmpty()) Text(mark, Modifier.padding(start = 8.dp), style = MaterialTheme.typography.titleMedium)
    }
    HorizontalDivider()
}

@Composable
fun Heading(text: String) =
    Text(
        text,
        Modifier.fillMaxWidth().padding(start = 16.dp, end = 16.dp, top = 20.dp, bottom = 4.dp).semantics { heading() },
        style = MaterialTheme.typography.titleSmall,
        color = MaterialTheme.colorScheme.primary,
    )

@Composable
fun Paragraph(
    text: String,
    tag: String = "",
) = Text(text, Modifier.padding(horizontal = 16.dp, vertical = 8.dp).testTag(tag))

/** One of several: the whole line is the target, and its state is told in words, not in colour. */
@Composable
fun Choice(
    text: String,
    chosen: Boolean,
    tag: String,
    enabled: Boolean = true,
    onClick: () -> Unit,
) = Row(
    Modifier
        .fillMaxWidth()
        .heightIn(min = TARGET)
        .testTag(tag)
        .selectable(chosen, enabled, Role.RadioButton, onClick = onClick)
        .padding(horizontal = 16.dp),
    verticalAlignment = Alignment.CenterVertically,
) {
    RadioButton(chosen, null, enabled = enabled)
    Text(text, Modifier.padding(start = 12.dp))
}
