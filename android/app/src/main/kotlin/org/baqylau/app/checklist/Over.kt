package org.baqylau.app.checklist

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.baqylau.Answer
import org.baqylau.app.R
import org.baqylau.app.enrol.private
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.TARGET

/** A note to a question, and the reason for an unlikely answer. */
@Composable
fun Dialogs(
    state: ChecklistState,
    model: ChecklistModel,
) {
    when (val over = state.over) {
        is Over.Note -> Ask(R.string.note_add, over.row.label, over.row.note.orEmpty(), { model.over(null) }) { model.note(over.row, it) }
        is Over.Confirm -> Ask(R.string.issue_confirm, over.problem.text, "", { model.over(null) }) { model.confirm(over.problem, it) }
        else -> {}
    }
}

@Composable
fun Ask(
    title: Int,
    about: String,
    begin: String,
    onCancel: () -> Unit,
    onSaid: (String) -> Unit,
) {
    var text by rememberSaveable { mutableStateOf(begin) }
    AlertDialog(
        onCancel,
        confirmButton = {
            TextButton({ onSaid(text) }, Modifier.heightIn(min = TARGET).testTag("ask-ok")) { Text(stringResource(R.string.ok)) }
        },
        dismissButton = {
            TextButton(onCancel, Modifier.heightIn(min = TARGET).testTag("ask-cancel")) { Text(stringResource(R.string.cancel)) }
        },
        title = { Text(stringResource(title)) },
        text = {
            Column {
                Text(about)
                OutlinedTextField(
                    text,
                    { text = it },
                    Modifier.fillMaxWidth().padding(top = 8.dp).testTag("ask"),
                    keyboardOptions = private(KeyboardType.Text),
                )
            }
        },
    )
}

/** Choices that are too many to show at once. */
@Composable
fun Search(
    over: Over.Search,
    model: ChecklistModel,
) = Screen(over.row.label, { model.over(null) }, model) {
    OutlinedTextField(
        over.query,
        { model.search(over.row, it) },
        Modifier.fillMaxWidth().padding(16.dp).testTag("search"),
        label = { Text(stringResource(R.string.places_search)) },
        singleLine = true,
        keyboardOptions = private(KeyboardType.Text),
    )
    LazyColumn {
        items(over.found) { choice ->
            Line(choice.label, "choice-${choice.name}") {
                model.over(null)
                model.set(over.row.key, Answer.One(choice.choice))
            }
        }
    }
}

/** From a paper form: one question at a time; its numbers answer it, and the next one comes by itself. */
@Composable
fun Paper(
    state: ChecklistState,
    model: ChecklistModel,
) {
    val row = state.rows.firstOrNull { it.key == state.focus }
    Column(Modifier.verticalScroll(rememberScrollState()).testTag("paper-page")) {
        if (row == null) return@Column Paragraph(stringResource(R.string.paper_done), "paper-done")
        val options = options(row)
        if (options.isEmpty()) {
            Question(row, state, model)
            Primary(stringResource(R.string.paper_next), "paper-next") { model.jump() }
        } else {
            Text(
                "${row.number}. ${row.label}",
                Modifier.padding(16.dp).testTag("paper-question"),
                style = MaterialTheme.typography.titleLarge,
            )
            options.forEachIndexed { at, option ->
                Line("${at + 1}   " + words(option), "paper-${at + 1}") { model.set(row.key, answerOf(option)) }
            }
        }
    }
}
