package org.baqylau.app.checklist

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.material3.Checkbox
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.baqylau.Answer
import org.baqylau.Choices
import org.baqylau.Issue
import org.baqylau.Missing
import org.baqylau.Problem
import org.baqylau.RowKind
import org.baqylau.RowView
import org.baqylau.app.R
import org.baqylau.app.enrol.private
import org.baqylau.app.ui.Choice
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Secondary
import org.baqylau.app.ui.TARGET

/** A question with whatever answers it. */
@Composable
fun Question(
    row: RowView,
    state: ChecklistState,
    model: ChecklistModel,
) {
    if (row.kind is RowKind.Hidden) return
    Column(Modifier.fillMaxWidth().padding(start = (row.depth.toInt().coerceAtMost(3) * 12).dp).testTag("row-${row.name}")) {
        Words(row, state)
        if (row.readOnly) {
            if (row.answerText.isNotEmpty()) Text(row.answerText, Modifier.padding(horizontal = 16.dp, vertical = 4.dp))
        } else {
            Control(row, state, model)
            if (row.kind !is RowKind.SelectOne) row.missing.forEach { why -> MissingChoice(row, why, model) }
        }
        Below(row, state, model)
        HorizontalDivider(Modifier.padding(top = 8.dp))
    }
}

/** The printed number, the question, how to answer it. */
@Composable
private fun Words(
    row: RowView,
    state: ChecklistState,
) {
    val head = row.kind is RowKind.Group || row.kind is RowKind.Repeat
    val number = if (row.number.isEmpty()) "" else "${row.number}. "
    val required = if (row.required) " *" else ""
    Column(Modifier.padding(horizontal = 16.dp, vertical = 8.dp)) {
        if (row.key in state.asked) Text("✉ " + stringResource(R.string.asked), color = MaterialTheme.colorScheme.tertiary)
        Text(
            number + row.label + required,
            if (head) Modifier.semantics { heading() } else Modifier,
            style = if (head) MaterialTheme.typography.titleMedium else MaterialTheme.typography.bodyLarge,
        )
        if (row.hint.isNotEmpty()) {
            Text(row.hint, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        }
    }
}

@Composable
private fun Control(
    row: RowView,
    state: ChecklistState,
    model: ChecklistModel,
) {
    when (val kind = row.kind) {
        is RowKind.SelectOne -> One(row, model)
        is RowKind.SelectMultiple -> Many(row, model)
        is RowKind.Integer -> Field(row, state, model, KeyboardType.Number)
        is RowKind.Decimal, is RowKind.Range -> Field(row, state, model, KeyboardType.Decimal)
        is RowKind.Text -> Field(row, state, model, KeyboardType.Text)
        is RowKind.Date -> DayField(row, model)
        is RowKind.Time -> TimeField(row, model)
        is RowKind.Moment -> MomentField(row, model)
        is RowKind.Position -> PositionField(row, model)
        is RowKind.Attachment -> AttachmentField(row, kind.media, state, model)
        is RowKind.Barcode -> {
            Field(row, state, model, KeyboardType.Text)
            Secondary(stringResource(R.string.scan), "scan-${row.name}", INSET) { model.scan(row.key) }
        }

        is RowKind.Acknowledge -> Acknowledge(row, model)
        is RowKind.Repeat -> if (!kind.fixed) RowButtons(row, state, model)
        is RowKind.Group, is RowKind.Note, is RowKind.Hidden -> {}
    }
}

@Composable
private fun One(
    row: RowView,
    model: ChecklistModel,
) {
    if (row.choices is Choices.Paged) {
        Secondary(row.answerText.ifEmpty { stringResource(R.string.choose) }, "search-${row.name}", INSET) {
            model.search(row, "")
        }
        row.missing.forEach { why -> MissingChoice(row, why, model) }
        return
    }
    Column(Modifier.selectableGroup()) {
        options(row).forEach { option ->
            Choice(words(option), row.has(option), "${row.name}=${tag(option)}") { model.choose(row, option) }
        }
    }
}

/** A run of questions with the same few choices: each has its options beside each other. */
@Composable
fun Grid(
    rows: List<RowView>,
    state: ChecklistState,
    model: ChecklistModel,
) = Column(Modifier.fillMaxWidth()) {
    rows.forEach { row ->
        Column(Modifier.testTag("row-${row.name}")) {
            Words(row, state)
            Row(Modifier.fillMaxWidth().padding(horizontal = 12.dp).selectableGroup(), Arrangement.spacedBy(6.dp)) {
                options(row).forEach { option -> Cell(row, option, Modifier.weight(1f)) { model.choose(row, option) } }
            }
            Below(row, state, model)
            HorizontalDivider(Modifier.padding(top = 8.dp))
        }
    }
}

@Composable
private fun Cell(
    row: RowView,
    option: Option,
    modifier: Modifier,
    onClick: () -> Unit,
) {
    val chosen = row.has(option)
    val colours = MaterialTheme.colorScheme
    val text = words(option)
    val label = "${row.label}: $text"
    Surface(
        modifier
            .heightIn(min = TARGET)
            .testTag("${row.name}=${tag(option)}")
            .selectable(chosen, role = Role.RadioButton, onClick = onClick)
            .semantics { contentDescription = label },
        MaterialTheme.shapes.small,
        if (chosen) colours.primary else colours.secondaryContainer,
        if (chosen) colours.onPrimary else colours.onSecondaryContainer,
    ) {
        Text(
            (if (chosen) "● " else "○ ") + text,
            Modifier.padding(horizontal = 6.dp, vertical = 12.dp),
            textAlign = TextAlign.Center,
            style = MaterialTheme.typography.labelLarge,
        )
    }
}

@Composable
private fun Many(
    row: RowView,
    model: ChecklistModel,
) {
    val chosen = (row.answer as? Answer.Many)?.choices.orEmpty()
    (row.choices as? Choices.All)?.choices.orEmpty().forEach { choice ->
        val on = choice.choice in chosen
        Row(
            Modifier
                .fillMaxWidth()
                .heightIn(min = TARGET)
                .testTag("${row.name}=${choice.name}")
                .toggleable(on, role = Role.Checkbox) { model.toggle(row, choice) }
                .padding(horizontal = 16.dp),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Checkbox(on, null)
            Text(choice.label, Modifier.padding(start = 12.dp))
        }
    }
}

@Composable
private fun Acknowledge(
    row: RowView,
    model: ChecklistModel,
) {
    val on = row.answer is Answer.Acknowledged
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = TARGET)
            .testTag("${row.name}=yes")
            .toggleable(on, role = Role.Checkbox) { model.set(row.key, if (on) null else Answer.Acknowledged) }
            .padding(horizontal = 16.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Checkbox(on, null)
        Text(stringResource(R.string.acknowledged), Modifier.padding(start = 12.dp))
    }
}

@Composable
private fun Field(
    row: RowView,
    state: ChecklistState,
    model: ChecklistModel,
    keyboard: KeyboardType,
) {
    val kept = if (row.answer is Answer.Missing) "" else row.answerText
    val wrong = state.wrong[row.key]
    var focused by remember { mutableStateOf(false) }
    val oneLine = "multiline" !in row.appearance
    OutlinedTextField(
        state.typed[row.key] ?: state.written[row.key]?.takeIf { it.second == kept }?.first ?: kept,
        { model.type(row.key, it) },
        Modifier
            .fillMaxWidth()
            .padding(horizontal = 16.dp)
            .onFocusChanged {
                if (focused && !it.isFocused) model.finish(row.key)
                focused = it.isFocused
            }.testTag("field-${row.name}")
            .semantics { contentDescription = row.label },
        singleLine = oneLine,
        isError = wrong != null,
        supportingText = wrong?.let { { Text("⚠ " + stringResource(it), Modifier.testTag("wrong-${row.name}")) } },
        keyboardOptions = private(keyboard).copy(imeAction = if (oneLine) ImeAction.Done else ImeAction.Default),
        keyboardActions =
            KeyboardActions {
                model.finish(row.key)
                defaultKeyboardAction(ImeAction.Done)
            },
    )
}

@Composable
fun MissingChoice(
    row: RowView,
    why: Missing,
    model: ChecklistModel,
) {
    val option = Option.None(why)
    Choice(words(option), row.has(option), "${row.name}=${tag(option)}") { model.choose(row, option) }
}

/** What is wrong with the answer, its note, and the ways to add one. */
@Composable
private fun Below(
    row: RowView,
    state: ChecklistState,
    model: ChecklistModel,
) {
    row.issues.filter { it.issue != Issue.UNANSWERED }.forEach { problem -> IssueLine(problem, row, model) }
    row.note?.let { Text("✎ $it", Modifier.padding(horizontal = 16.dp), style = MaterialTheme.typography.bodyMedium) }
    val asks = row.kind !is RowKind.Group && row.kind !is RowKind.Note && row.kind !is RowKind.Repeat
    if (asks && !row.readOnly && !state.paper) {
        TextButton({ model.over(Over.Note(row)) }, Modifier.padding(start = 8.dp).heightIn(min = TARGET).testTag("note-${row.name}")) {
            Text(stringResource(R.string.note_add))
        }
    }
}

@Composable
private fun IssueLine(
    problem: Problem,
    row: RowView,
    model: ChecklistModel,
) {
    val colours = MaterialTheme.colorScheme
    val text = problem.text.ifEmpty { stringResource(issueName(problem.issue)) }
    Surface(
        Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 4.dp).testTag("issue-${row.name}"),
        MaterialTheme.shapes.small,
        if (problem.issue.preventsSigning) colours.errorContainer else colours.tertiaryContainer,
        if (problem.issue.preventsSigning) colours.onErrorContainer else colours.onTertiaryContainer,
    ) {
        Column(Modifier.padding(8.dp)) {
            Text((if (problem.issue.preventsSigning) "✗ " else "⚠ ") + text)
            val confirmed = problem.confirmed
            if (confirmed != null) {
                Text(stringResource(R.string.issue_confirmed, confirmed))
            } else if (problem.issue.asksWhy) {
                TextButton({ model.over(Over.Confirm(problem)) }, Modifier.heightIn(min = TARGET).testTag("confirm-${row.name}")) {
                    Text(stringResource(R.string.issue_confirm))
                }
            }
        }
    }
}

fun issueName(issue: Issue): Int =
    when (issue) {
        Issue.UNANSWERED -> R.string.issue_unanswered
        Issue.WARNING -> R.string.issue_warning
        Issue.ERROR -> R.string.issue_error
        Issue.NOT_OFFERED -> R.string.issue_not_offered
        Issue.TOO_MANY_ROWS -> R.string.issue_too_many_rows
        Issue.UNFIT -> R.string.issue_unfit
    }

/** What is to be confirmed with a reason. */
val Issue.asksWhy get() = this == Issue.WARNING || this == Issue.NOT_OFFERED || this == Issue.UNANSWERED

/** What no reason makes good: the answer has to be changed. */
val Issue.preventsSigning get() = this == Issue.ERROR || this == Issue.TOO_MANY_ROWS

@Composable
fun words(option: Option): String =
    when (option) {
        is Option.Chosen -> option.choice.label
        is Option.None -> stringResource(missingName(option.why))
    }

fun missingName(why: Missing): Int =
    when (why) {
        Missing.DO_NOT_KNOW -> R.string.missing_dk
        Missing.NOT_PERMITTED -> R.string.missing_np
        Missing.NOT_APPLICABLE -> R.string.missing_na
    }

fun tag(option: Option): String =
    when (option) {
        is Option.Chosen -> option.choice.name
        is Option.None -> "?${option.why}"
    }
