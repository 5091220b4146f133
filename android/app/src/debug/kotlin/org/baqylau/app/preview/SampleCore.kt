package org.baqylau.app.preview

import kotlinx.coroutines.flow.MutableSharedFlow
import org.baqylau.Answer
import org.baqylau.AnswerChange
import org.baqylau.BaqylauException
import org.baqylau.Change
import org.baqylau.ChecklistPage
import org.baqylau.ChecklistView
import org.baqylau.ChoiceView
import org.baqylau.Choices
import org.baqylau.DraftLine
import org.baqylau.DraftView
import org.baqylau.FollowUp
import org.baqylau.Key
import org.baqylau.Leftover
import org.baqylau.LetterView
import org.baqylau.LogConsistency
import org.baqylau.Missing
import org.baqylau.MissionView
import org.baqylau.Named
import org.baqylau.ObserverCoreInterface
import org.baqylau.Outcome
import org.baqylau.Phase
import org.baqylau.PlaceView
import org.baqylau.Problem
import org.baqylau.Progress
import org.baqylau.ReportLine
import org.baqylau.ReportState
import org.baqylau.ReportView
import org.baqylau.ReportsPage
import org.baqylau.RowKind
import org.baqylau.RowView
import org.baqylau.SectionView
import org.baqylau.Summary
import org.baqylau.SyncReport
import org.baqylau.ViewChange
import org.baqylau.VisitPage
import org.baqylau.VisitView
import org.baqylau.Wanted
import org.baqylau.app.core.Core
import java.lang.reflect.Proxy

/** A core in memory with a little of everything: no store, no network, nothing checked. Answers are kept while it lives. */
class SampleCore : Core {
    private val sample = Sample()
    override val changes = MutableSharedFlow<Change>()

    override suspend fun <T> invoke(call: ObserverCoreInterface.() -> T): T = sample.call()

    override suspend fun sync(now: Boolean) = SyncReport(0u, 0u, null, false, 0u, 0u, 0u, 0u, null, null)

    override suspend fun syncAgain() = sync(now = true)
}

/** What no preview shows is refused. */
private fun absent(): ObserverCoreInterface =
    Proxy.newProxyInstance(Sample::class.java.classLoader, arrayOf(ObserverCoreInterface::class.java)) { _, method, _ ->
        throw BaqylauException.Internal("the sample has no ${method.name}")
    } as ObserverCoreInterface

private const val MORNING = 1_679_194_800_000L
private const val DRAFT = 2L
private val station = PlaceView("s00001", "Polling station 1", "station", listOf("Astana", "Almaty district"), 350u)

private class Sample : ObserverCoreInterface by absent() {
    private val answers = HashMap<UInt, Answer>()
    private val progress get() = Progress(answers.size.toUInt(), 4u)

    override fun mission() =
        MissionView(
            "A mission to look at",
            "3f9a 61c0 22de 8b17",
            1u,
            listOf(Named("en", "English"), Named("kk", "Қазақша"), Named("ru", "Русский")),
            listOf(Named("region", "Region"), Named("district", "District"), Named("station", "Polling station")),
            true,
            false,
            "Aigerim S.",
            "C01",
            "STO",
            false,
            false,
            0,
            null,
            emptyList(),
        )

    override fun checklists() =
        listOf(
            ChecklistView("opening", "Opening", "1", listOf("station"), placeOptional = false, once = true, urgent = false),
            ChecklistView("voting", "Voting", "1", listOf("station"), placeOptional = false, once = false, urgent = false),
            ChecklistView("incident", "Incident", "1", listOf("station"), placeOptional = true, once = false, urgent = true),
        )

    override fun visits() =
        listOf(
            VisitView(
                "C01-01",
                station,
                null,
                System.currentTimeMillis(),
                null,
                Outcome.OBSERVED,
                "observation",
                false,
                false,
                listOf(DraftView(1, "opening", "Opening", true, false), DraftView(DRAFT, "voting", "Voting", false, false)),
            ),
        )

    override fun summary() = Summary(false, false, 1u, 1u, 0u, 1u, 0u, 3u, 0u, 0u, false, LogConsistency.PROVED)

    override fun reports() =
        listOf(
            ReportView(1, "r1", "9f2c", "C01-01", "opening", 1, null, MORNING, ReportState.Delivered(41u, MORNING + 60_000), 1u, 1u, 0u, null),
            ReportView(2, "r2", "77ab", "C01-01", "incident", 3, null, MORNING, ReportState.Waiting, 0u, 0u, 0u, null),
        )

    override fun letters() =
        listOf(LetterView(1, MORNING, "Were there really 99 members?", 1, null, listOf(Named("members_total", "How many members?")), false))

    override fun visitPage(code: String) =
        visits().first().let { visit -> VisitPage(visit, checklists(), visit.drafts.map { DraftLine(it, progress, null) }, "C01") }

    override fun reportsPage() = ReportsPage(reports().map { ReportLine(it, it.checklist, emptyList()) }, letters())

    override fun followUps() = emptyList<FollowUp>()

    override fun changes(draft: Long) = emptyList<AnswerChange>()

    override fun leftovers(draft: Long) = emptyList<Leftover>()

    override fun issues(draft: Long) = emptyList<Problem>()

    override fun places(
        levels: List<String>,
        within: String?,
        query: String,
        offset: UInt,
        limit: UInt,
    ) = listOf(station)

    override fun recentPlaces(
        levels: List<String>,
        limit: UInt,
    ) = listOf(station)

    override fun progress(draft: Long) = progress

    override fun sections(draft: Long) = listOf(openSection(draft, 0u).copy(rows = emptyList()))

    override fun openSection(
        draft: Long,
        section: UInt,
    ) = SectionView(0u, "Seen while you were there", Phase.OBSERVING, true, progress, rows())

    override fun checklistPage(
        draft: Long,
        wanted: Wanted,
        letter: Long?,
    ) = ChecklistPage(
        visits().flatMap { it.drafts }.first { it.id == draft },
        sections(draft),
        0u,
        rows(),
        rows().firstOrNull { it.answer == null }?.key,
        progress,
        emptyList(),
    )

    override fun setAnswer(
        draft: Long,
        key: Key,
        answer: Answer,
    ): ViewChange {
        answers[key.node] = answer
        return changed()
    }

    override fun clearAnswer(
        draft: Long,
        key: Key,
    ): ViewChange {
        answers.remove(key.node)
        return changed()
    }

    private fun changed() = ViewChange(0u, rows(), emptyList(), null, progress, sections(DRAFT))

    private fun rows() =
        listOf(
            closed(1u, "group_voting", "31", "Group or family voting?"),
            closed(2u, "proxy_voting", "32", "Voting on behalf of others?"),
            row(3u, "members_total", RowKind.Integer, "33", "How many members are there?"),
            row(4u, "detail", RowKind.Text, "34", "Describe what you saw or were told"),
        )

    private fun closed(
        node: UInt,
        name: String,
        number: String,
        label: String,
    ) = row(node, name, RowKind.SelectOne, number, label).copy(
        choices = Choices.All(listOf(ChoiceView(0u, "yes", "Yes", false), ChoiceView(1u, "no", "No", false))),
        missing = listOf(Missing.DO_NOT_KNOW),
    )

    private fun row(
        node: UInt,
        name: String,
        kind: RowKind,
        number: String,
        label: String,
    ): RowView {
        val answer = answers[node]
        val text = (answer as? Answer.Text)?.value ?: (answer as? Answer.Integer)?.value?.toString().orEmpty()
        return RowView(
            Key(node, 0u), name, kind, number, label, "", answer, text, Choices.None, emptyList(), true, false, emptyList(), null, "", 0u, 0u,
        )
    }
}
