package org.baqylau.app.core

import android.content.res.Resources
import org.baqylau.BaqylauException
import org.baqylau.Trouble
import org.baqylau.Why
import org.baqylau.app.R

/** What went wrong, for the observer: what happened and what to do, and the core's own words for whoever helps. */
data class Words(
    val text: Int,
    val detail: String = "",
) {
    fun say(resources: Resources): String {
        val said = resources.getString(text)
        return if (detail.isEmpty()) said else "$said\n$detail"
    }
}

/** The words for an error of the core. Unknown ones are a fault of the program and stay one. */
fun wordsOf(e: BaqylauException): Words =
    when (e) {
        is BaqylauException.Locked -> Words(R.string.error_locked)
        is BaqylauException.Invalid -> invalid(e)
        is BaqylauException.Refused -> refused(e.why, e.reason)
        is BaqylauException.DiskFull -> Words(R.string.error_disk_full)
        is BaqylauException.Damaged -> Words(R.string.error_damaged, e.file)
        is BaqylauException.Interrupted -> Words(R.string.error_interrupted)
        is BaqylauException.Internal -> Words(R.string.error_internal, e.reason)
    }

private fun invalid(e: BaqylauException.Invalid): Words =
    when (e.place) {
        "invite" -> Words(R.string.error_invite)
        "PIN" -> Words(R.string.error_pin_short)
        "courier file" -> Words(R.string.error_courier)
        "mission" -> Words(R.string.error_no_mission)
        "departure" -> Words(R.string.error_departure)
        else -> Words(R.string.error_invalid, "${e.place}: ${e.remedy}")
    }

/** Why somebody said no: the server, a signature, or the phone's key store. */
fun refused(
    why: Why,
    reason: String,
): Words =
    when (why) {
        Why.NO_ANSWER -> Words(R.string.error_no_answer)
        Why.OTHER_MISSION -> Words(R.string.error_other_mission)
        Why.EXPIRED -> Words(R.string.error_expired)
        Why.REVOKED -> Words(R.string.error_revoked)
        Why.LATER -> Words(R.string.error_later, reason)
        Why.NOT_GENUINE -> Words(R.string.error_not_genuine)
        Why.UNFIT -> Words(R.string.error_refused, reason)
        Why.KEY_STORE -> Words(R.string.error_key_store, reason)
        Why.NOT_PUBLISHED -> Words(R.string.error_not_published)
        Why.NOTHING_URGENT -> Words(R.string.error_no_sos)
        Why.SYNCING -> Words(R.string.error_syncing)
        Why.SOURCE -> Words(R.string.error_source)
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
