package org.baqylau.app.checklist

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.baqylau.Answer
import org.baqylau.app.R
import org.baqylau.app.enrol.private
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.ui.INSET
import org.baqylau.app.ui.Line
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Primary
import org.baqylau.app.ui.Screen

/** Asks for a text: a note, a reason. Over the whole screen, so that large letters and the keyboard leave room for it. */
@Composable
fun Ask(
    title: Int,
    about: String,
    model: ScreenModel<*>,
    onCancel: () -> Unit,
    onSaid: (String) -> Unit,
) {
    val text by model.said.collectAsState()
    Screen(stringResource(title), onCancel, model, bottom = { Primary(stringResource(R.string.ok), "ask-ok") { onSaid(text) } }) {
        Column(Modifier.verticalScroll(rememberScrollState())) {
            Paragraph(about)
            OutlinedTextField(
                text,
                model::say,
                Modifier.fillMaxWidth().padding(horizontal = 16.dp).testTag("ask"),
                label = { Text(stringResource(title)) },
                keyboardOptions = private(KeyboardType.Text),
            )
        }
    }
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
            Primary(stringResource(R.string.paper_next), "paper-next", INSET) { model.jump() }
        } else {
            Text(
                "${row.number}. ${row.label}",
                Modifier.padding(16.dp).testTag("paper-question"),
                style = MaterialTheme.typography.titleLarge,
            )
            options.forEachIndexed { at, option ->
                Line("${at + 1}   " + words(option), "paper-${at + 1}") { model.fromPaper(row, option) }
            }
        }
    }
}
