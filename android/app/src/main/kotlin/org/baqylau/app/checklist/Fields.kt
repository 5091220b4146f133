@file:OptIn(ExperimentalMaterial3Api::class)

package org.baqylau.app.checklist

import androidx.compose.foundation.Image
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.DatePicker
import androidx.compose.material3.DatePickerDialog
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.TimePicker
import androidx.compose.material3.rememberDatePickerState
import androidx.compose.material3.rememberTimePickerState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.produceState
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.baqylau.Answer
import org.baqylau.BaqylauException
import org.baqylau.Media
import org.baqylau.RowView
import org.baqylau.app.R
import org.baqylau.app.phone.pictureOf
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.TARGET
import org.baqylau.app.ui.offsetMinutes

private const val DAY_MS = 86_400_000L

/** The day where the phone is, counted from 1970. */
private fun today(): Int {
    val now = System.currentTimeMillis()
    return ((now + offsetMinutes(now) * 60_000L) / DAY_MS).toInt()
}

@Composable
fun DayField(
    row: RowView,
    model: ChecklistModel,
) {
    var open by rememberSaveable { mutableStateOf(false) }
    Secondary(row.answerText.ifEmpty { stringResource(R.string.choose_day) }, "day-${row.name}", INSET) { open = true }
    if (!open) return
    val days = (row.answer as? Answer.Date)?.days ?: today()
    val picker = rememberDatePickerState(days * DAY_MS)
    DatePickerDialog(
        { open = false },
        confirmButton = {
            TextButton(
                {
                    picker.selectedDateMillis?.let { model.set(row.key, Answer.Date((it / DAY_MS).toInt())) }
                    open = false
                },
                Modifier.heightIn(min = TARGET).testTag("day-ok"),
            ) { Text(stringResource(R.string.ok)) }
        },
    ) { DatePicker(picker) }
}

@Composable
fun TimeField(
    row: RowView,
    model: ChecklistModel,
) {
    var open by rememberSaveable { mutableStateOf(false) }
    Secondary(row.answerText.ifEmpty { stringResource(R.string.choose_time) }, "time-${row.name}", INSET) { open = true }
    if (!open) return
    val seconds = (row.answer as? Answer.Time)?.seconds?.toInt() ?: 0
    val picker = rememberTimePickerState(seconds / 3600, seconds / 60 % 60, is24Hour = true)
    AlertDialog(
        { open = false },
        confirmButton = {
            TextButton(
                {
                    model.set(row.key, Answer.Time((picker.hour * 3600 + picker.minute * 60).toUInt()))
                    open = false
                },
                Modifier.heightIn(min = TARGET).testTag("time-ok"),
            ) { Text(stringResource(R.string.ok)) }
        },
        text = { TimePicker(picker) },
    )
}

/** A moment is taken when it happens. */
@Composable
fun MomentField(
    row: RowView,
    model: ChecklistModel,
) {
    if (row.answerText.isNotEmpty()) Paragraph(row.answerText)
    Secondary(stringResource(R.string.now), "now-${row.name}", INSET) {
        val ms = System.currentTimeMillis()
        model.set(row.key, Answer.Moment(ms, offsetMinutes(ms)))
    }
}

@Composable
fun PositionField(
    row: RowView,
    model: ChecklistModel,
) {
    if (row.answerText.isNotEmpty()) Paragraph(row.answerText)
    Secondary(stringResource(R.string.visit_position_take), "position-${row.name}", INSET) { model.position(row.key) }
}

@Composable
fun AttachmentField(
    row: RowView,
    media: Media,
    state: ChecklistState,
    model: ChecklistModel,
) = Column {
    val name = (row.answer as? Answer.Attachment)?.name
    if (name != null) {
        if (media == Media.IMAGE) Picture(name, row.label, model) else Paragraph("✓ " + stringResource(R.string.attached))
        Secondary(stringResource(R.string.attachment_remove), "remove-${row.name}", INSET) { model.set(row.key, null) }
    }
    when (media) {
        Media.IMAGE -> Secondary(stringResource(R.string.photograph), "photo-${row.name}", INSET) { model.photograph(row.key) }
        Media.AUDIO ->
            if (state.recording == row.key) {
                Secondary("■ " + stringResource(R.string.record_stop), "stop-${row.name}", INSET) { model.stopRecording() }
            } else {
                Secondary("● " + stringResource(R.string.record), "record-${row.name}", INSET) { model.record(row.key) }
            }

        Media.VIDEO -> Secondary(stringResource(R.string.pick_video), "pick-${row.name}", INSET) { model.pick(row.key, "video/*") }
        Media.FILE -> Secondary(stringResource(R.string.pick_file), "pick-${row.name}", INSET) { model.pick(row.key, "*/*") }
    }
}

/** The photograph, decrypted into memory. */
@Composable
private fun Picture(
    name: String,
    label: String,
    model: ChecklistModel,
) {
    val picture by produceState<ImageBitmap?>(null, name) {
        value =
            try {
                val bytes = model.attachment(name)
                withContext(Dispatchers.Default) { pictureOf(bytes)?.asImageBitmap() }
            } catch (_: BaqylauException) {
                null
            }
    }
    picture?.let { Image(it, label, Modifier.fillMaxWidth().heightIn(max = 240.dp).padding(16.dp)) } ?: Paragraph("✓ " + stringResource(R.string.attached))
}

/** Adds a row to a repeat, and takes one away. */
@Composable
fun RowButtons(
    repeat: RowView,
    state: ChecklistState,
    model: ChecklistModel,
) = Column {
    val inside = state.rows.dropWhile { it.key != repeat.key }.drop(1).takeWhile { it.depth > repeat.depth }
    val rows = inside.map { rowKey(repeat, it) }.distinct()
    Secondary("+ " + stringResource(R.string.row_add), "add-${repeat.name}", INSET) { model.addRow(repeat.key) }
    rows.forEachIndexed { at, row ->
        Secondary(stringResource(R.string.row_remove, at + 1), "remove-${repeat.name}-$at", INSET) { model.removeRow(row) }
    }
}
