package org.baqylau.app.checklist

import org.baqylau.Answer
import org.baqylau.ChoiceView
import org.baqylau.Choices
import org.baqylau.Key
import org.baqylau.Missing
import org.baqylau.RowKind
import org.baqylau.RowView
import org.baqylau.SectionView
import org.baqylau.ViewChange

/** The rows after a change, in their order. */
fun List<RowView>.with(change: ViewChange): List<RowView> {
    val rows = associateByTo(LinkedHashMap()) { it.key }
    change.removed.forEach(rows::remove)
    change.changed.forEach { rows[it.key] = it }
    return change.order?.mapNotNull(rows::get) ?: rows.values.toList()
}

/** The sections after a change. */
fun List<SectionView>.follow(change: ViewChange): List<SectionView> {
    val differ = change.sections.associateBy { it.section }
    return map { differ[it.section] ?: it }
}

/** What is drawn together. */
sealed interface Block {
    data class Single(
        val row: RowView,
    ) : Block

    /** Questions with the same few choices, one under the other. */
    data class Grid(
        val rows: List<RowView>,
    ) : Block
}

/** No more options stand beside each other on a small phone. */
private const val ABREAST = 4

/** Runs of questions with the same few choices become grids. Nothing is chosen beforehand. */
fun blocksOf(rows: List<RowView>): List<Block> {
    val blocks = mutableListOf<Block>()
    for (row in rows) {
        val last = blocks.lastOrNull()
        when {
            last is Block.Grid && alike(last.rows.last(), row) -> blocks[blocks.lastIndex] = Block.Grid(last.rows + row)
            last is Block.Single && alike(last.row, row) -> blocks[blocks.lastIndex] = Block.Grid(listOf(last.row, row))
            else -> blocks += Block.Single(row)
        }
    }
    return blocks
}

private fun alike(
    a: RowView,
    b: RowView,
): Boolean = a.depth == b.depth && options(a).let { it.size in 2..ABREAST && it == options(b) }

/** One thing that can be tapped: a choice, or a reason why there is no value. */
sealed interface Option {
    data class Chosen(
        val choice: ChoiceView,
    ) : Option

    data class None(
        val why: Missing,
    ) : Option
}

/** The options of a question with one choice, as far as they can be shown at once. */
fun options(row: RowView): List<Option> {
    val choices = (row.choices as? Choices.All)?.choices ?: return emptyList()
    if (row.kind !is RowKind.SelectOne || row.readOnly) return emptyList()
    return choices.map(Option::Chosen) + row.missing.map(Option::None)
}

/** Whether an option is the answer. */
fun RowView.has(option: Option): Boolean =
    when (option) {
        is Option.Chosen -> (answer as? Answer.One)?.choice == option.choice.choice
        is Option.None -> (answer as? Answer.Missing)?.why == option.why
    }

fun answerOf(option: Option): Answer =
    when (option) {
        is Option.Chosen -> Answer.One(option.choice.choice)
        is Option.None -> Answer.Missing(option.why)
    }

/** A choice among several, put in or taken out. The core refuses what cannot be combined. */
fun toggled(
    row: RowView,
    choice: ChoiceView,
): Answer? {
    val chosen = (row.answer as? Answer.Many)?.choices.orEmpty()
    val next =
        when {
            choice.choice in chosen -> chosen - choice.choice
            choice.exclusive -> listOf(choice.choice)
            else -> chosen.filter { c -> !exclusive(row, c) } + choice.choice
        }
    return if (next.isEmpty()) null else Answer.Many(next.sorted())
}

private fun exclusive(
    row: RowView,
    choice: UInt,
) = (row.choices as? Choices.All)?.choices?.any { it.choice == choice && it.exclusive } == true

/** The head of the row of a repeat: what [org.baqylau.ObserverCoreInterface.removeRow] names it by. */
fun rowKey(
    repeat: RowView,
    row: RowView,
): Key = Key(repeat.key.node, row.key.row)
