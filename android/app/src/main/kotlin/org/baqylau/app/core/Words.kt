package org.baqylau.app.core

import android.content.res.Resources
import android.util.Log
import androidx.annotation.StringRes
import org.baqylau.AnswerExpectation
import org.baqylau.BaqylauException
import org.baqylau.BundleRefusal
import org.baqylau.InvalidReason
import org.baqylau.LogConsistency
import org.baqylau.SyncReport
import org.baqylau.Trouble
import org.baqylau.Why
import org.baqylau.app.R

/** What went wrong, for the observer: what happened and what to do, and which visit, place, file or answer it is about. */
data class Words(
    val text: Int,
    val detail: String = "",
) {
    fun say(resources: Resources): String {
        val said = resources.getString(text)
        return if (detail.isEmpty()) said else "$said\n$detail"
    }
}

/** What a library says of a failure, in English: for whoever helps, in the phone's log, and on no screen. It holds no answer. */
fun note(detail: String) {
    Log.w("Baqylau", detail)
}

/** The words for an error of the core. Unknown ones are a fault of the program and stay one. */
fun wordsOf(e: BaqylauException): Words {
    when (e) {
        is BaqylauException.Refused -> note(e.reason)
        is BaqylauException.DiskFailed -> note(e.reason)
        is BaqylauException.Internal -> note(e.reason)
        is BaqylauException.Locked, is BaqylauException.Invalid, is BaqylauException.DiskReadOnly, is BaqylauException.NewerStore,
        is BaqylauException.DiskFull, is BaqylauException.Damaged, is BaqylauException.Interrupted,
        -> {}
    }
    return said(e)
}

private fun said(e: BaqylauException): Words =
    when (e) {
        is BaqylauException.Locked -> Words(R.string.error_locked)
        is BaqylauException.Invalid -> unfit(e.reason)
        is BaqylauException.Refused -> refused(e.why)
        is BaqylauException.DiskReadOnly -> Words(R.string.error_disk_read_only)
        is BaqylauException.DiskFailed -> Words(R.string.error_disk_failed)
        is BaqylauException.NewerStore -> Words(R.string.error_newer_store)
        is BaqylauException.DiskFull -> Words(R.string.error_disk_full)
        is BaqylauException.Damaged -> Words(R.string.error_damaged, e.file)
        is BaqylauException.Interrupted -> Words(R.string.error_interrupted)
        is BaqylauException.Internal -> Words(R.string.error_internal)
    }

/** What does not fit, or is missing for what was tried. */
fun unfit(e: InvalidReason): Words =
    when (e) {
        InvalidReason.NoInvite, InvalidReason.InviteDamaged, InvalidReason.InviteUnusable -> Words(R.string.error_invite)
        InvalidReason.StoreExists -> Words(R.string.error_store_exists)
        InvalidReason.NoStore -> Words(R.string.error_no_store)
        InvalidReason.Wiped -> Words(R.string.error_wiped)
        InvalidReason.MainLost -> Words(R.string.error_main_lost)
        InvalidReason.LockDamaged -> Words(R.string.error_lock_damaged)
        is InvalidReason.PinTooShort -> Words(R.string.error_pin_short)
        InvalidReason.PinTaken -> Words(R.string.error_pin_taken)
        InvalidReason.DuressOff -> Words(R.string.error_duress_off)
        InvalidReason.NoProxy -> Words(R.string.error_no_proxy)
        InvalidReason.BiometricOff -> Words(R.string.error_biometric_off)
        InvalidReason.EnrolmentUnsigned -> Words(R.string.error_unlock_once)
        InvalidReason.NotEnrolled -> Words(R.string.error_not_enrolled)
        InvalidReason.NoMission -> Words(R.string.error_no_mission)
        InvalidReason.WorkClosed -> Words(R.string.error_work_closed)
        is InvalidReason.NoSuchVisit -> Words(R.string.error_no_visit, e.code)
        is InvalidReason.VisitCodeTaken -> Words(R.string.error_visit_code_taken, e.code)
        is InvalidReason.VisitDamaged -> Words(R.string.error_visit_damaged, e.code)
        InvalidReason.VisitForgotten -> Words(R.string.error_visit_forgotten)
        is InvalidReason.NoSuchPlace -> Words(R.string.error_no_place, e.code)
        InvalidReason.PlaceNotListed -> Words(R.string.error_place_not_listed)
        InvalidReason.DepartureBeforeArrival -> Words(R.string.error_departure)
        is InvalidReason.NoSuchChecklist -> Words(R.string.error_no_checklist, e.checklist)
        is InvalidReason.ChecklistSigned -> Words(R.string.error_checklist_signed)
        is InvalidReason.OtherPlaceLevel -> Words(R.string.error_other_level, e.levels.joinToString(", "))
        InvalidReason.NoSuchDraft -> Words(R.string.error_no_draft)
        InvalidReason.DraftSigned -> Words(R.string.error_draft_signed)
        InvalidReason.NoNewerVersion -> Words(R.string.error_no_newer_version)
        InvalidReason.NoSuchSection, InvalidReason.NoSuchQuestion -> Words(R.string.error_no_question)
        is InvalidReason.NotAnAnswer -> Words(expected(e.expected))
        is InvalidReason.Hidden -> Words(R.string.error_hidden)
        is InvalidReason.ReadOnly -> Words(R.string.error_read_only)
        is InvalidReason.NotOffered -> Words(R.string.error_not_offered)
        is InvalidReason.Exclusive -> Words(R.string.error_exclusive, e.choice)
        is InvalidReason.MissingNotOffered -> Words(R.string.error_missing_not_offered)
        is InvalidReason.TooLong -> Words(R.string.error_too_long)
        is InvalidReason.Expression -> Words(R.string.error_expression)
        is InvalidReason.Impossible -> Words(R.string.error_impossible, e.text)
        is InvalidReason.Unanswered -> Words(R.string.error_unanswered, e.question)
        is InvalidReason.Unconfirmed -> Words(R.string.error_unconfirmed, e.question)
        is InvalidReason.TooManyRows -> Words(R.string.error_row_limit)
        is InvalidReason.ReportTooLarge -> Words(R.string.error_report_too_large)
        InvalidReason.NoSuchReport -> Words(R.string.error_no_report)
        is InvalidReason.Superseded -> Words(R.string.error_superseded)
        InvalidReason.NoReason -> Words(R.string.error_no_reason)
        InvalidReason.NoAmendment -> Words(R.string.error_no_amendment)
        InvalidReason.AmendedReportGone -> Words(R.string.error_amended_gone)
        is InvalidReason.OpenDrafts -> Words(R.string.error_open_drafts)
        InvalidReason.NoSuchLetter -> Words(R.string.error_no_letter)
        InvalidReason.LetterWithoutReport -> Words(R.string.error_letter_without_report)
        is InvalidReason.TakesNoFile, is InvalidReason.MediaNotTaken, is InvalidReason.FileDamaged -> Words(R.string.error_attachment)
        is InvalidReason.ForeignTrack -> Words(R.string.error_foreign_track)
        is InvalidReason.FileTooLarge -> Words(R.string.error_file_too_large)
        is InvalidReason.NoSuchAttachment, is InvalidReason.AttachmentDamaged -> Words(R.string.error_attachment_gone)
        InvalidReason.CourierDamaged, InvalidReason.CourierTooLarge, InvalidReason.CourierFrame, InvalidReason.CourierMixed -> Words(R.string.error_courier)
        InvalidReason.CourierOfOtherMission -> Words(R.string.error_other_mission)
        InvalidReason.AttachmentUnnamed -> Words(R.string.error_attachment_unnamed)
    }

/** What a question takes. */
private fun expected(expectation: AnswerExpectation): Int =
    when (expectation) {
        AnswerExpectation.CHOICE, AnswerExpectation.CHOICES -> R.string.error_not_offered
        AnswerExpectation.INTEGER -> R.string.wrong_integer
        AnswerExpectation.SHORTER_INTEGER -> R.string.wrong_long_integer
        AnswerExpectation.DECIMAL -> R.string.wrong_number
        AnswerExpectation.SHORTER_DECIMAL -> R.string.wrong_long_number
        AnswerExpectation.UNAMBIGUOUS -> R.string.wrong_ambiguous
        AnswerExpectation.STEP -> R.string.wrong_step
        AnswerExpectation.DATE -> R.string.wrong_date
        AnswerExpectation.TIME -> R.string.wrong_time
        AnswerExpectation.MOMENT -> R.string.wrong_date
        AnswerExpectation.EXISTING_TIME -> R.string.wrong_time_skipped
        AnswerExpectation.OFFSET -> R.string.wrong_time_twice
        AnswerExpectation.POSITION -> R.string.wrong_position
        AnswerExpectation.FILE -> R.string.error_attachment
        AnswerExpectation.ACKNOWLEDGEMENT, AnswerExpectation.TEXT -> R.string.wrong_text
        AnswerExpectation.POSSIBLE -> R.string.wrong_possible
        AnswerExpectation.NOTHING -> R.string.error_read_only
    }

/** Why somebody said no: the server, a signature, or the phone's key store. */
fun refused(why: Why): Words =
    when (why) {
        Why.NO_ANSWER -> Words(R.string.error_no_answer)
        Why.OTHER_MISSION -> Words(R.string.error_other_mission)
        Why.EXPIRED -> Words(R.string.error_expired)
        Why.REVOKED -> Words(R.string.error_revoked)
        Why.LATER -> Words(R.string.error_later)
        Why.NOT_GENUINE -> Words(R.string.error_not_genuine)
        Why.UNFIT -> Words(R.string.error_refused)
        Why.APP_TOO_OLD -> Words(R.string.error_app_too_old)
        Why.NOT_TAKEN -> Words(R.string.error_not_taken)
        Why.UNKNOWN_REASON -> Words(R.string.error_unknown_reason)
        Why.KEY_STORE -> Words(R.string.error_key_store)
        Why.NOT_PUBLISHED -> Words(R.string.error_not_published)
        Why.NOTHING_URGENT -> Words(R.string.error_no_sos)
        Why.SYNCING -> Words(R.string.error_syncing)
        Why.SOURCE -> Words(R.string.error_source)
        Why.FILE_NOT_TAKEN -> Words(R.string.error_file_not_taken)
        Why.FILE_LOST -> Words(R.string.error_file_lost)
    }

/** Why a newer version of the mission was not taken. */
fun rejected(refusal: BundleRefusal): Int =
    when (refusal) {
        BundleRefusal.NOT_GENUINE -> R.string.bundle_not_genuine
        BundleRefusal.APP_TOO_OLD -> R.string.bundle_app_too_old
        BundleRefusal.OTHER_MISSION -> R.string.bundle_other_mission
        BundleRefusal.ROLLBACK -> R.string.bundle_rollback
        BundleRefusal.FORK -> R.string.bundle_fork
        BundleRefusal.PART_DAMAGED -> R.string.bundle_part_damaged
    }

/** Why something still waits after a delivery: the server was not heard, or it was and does not take it. */
fun waiting(done: SyncReport): Words = done.refusal?.takeIf { done.trouble == null }?.let { refused(it) } ?: waiting(done.trouble)

/** What the observer must know of the server's log; nothing when it is proved to be one. */
@StringRes
fun logWords(log: LogConsistency): Int? =
    when (log) {
        LogConsistency.PROVED -> null
        LogConsistency.UNPROVED -> R.string.log_unproved
        LogConsistency.WITHHELD -> R.string.log_withheld
        LogConsistency.CONTRADICTED -> R.string.log_contradicted
    }

/** Why something still waits after a delivery. */
fun waiting(trouble: Trouble?): Words =
    when (trouble) {
        Trouble.UNREACHABLE -> Words(R.string.trouble_unreachable)
        Trouble.SILENT -> Words(R.string.trouble_silent)
        Trouble.FOREIGN -> Words(R.string.trouble_foreign)
        Trouble.BUSY -> Words(R.string.trouble_busy)
        Trouble.UNPUBLISHED -> Words(R.string.trouble_unpublished)
        Trouble.FULL -> Words(R.string.trouble_full)
        null -> Words(R.string.error_later)
    }
