package org.baqylau.app.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.platform.LocalConfiguration
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle

/** A moment as the observer's language writes it. */
@Composable
fun moment(ms: Long): String {
    val locale = LocalConfiguration.current.locales[0]
    val style = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.SHORT).withLocale(locale)
    return style.format(Instant.ofEpochMilli(ms).atZone(ZoneId.systemDefault()))
}

/** A day, counted from 1970. */
@Composable
fun day(days: Int): String {
    val style = DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).withLocale(LocalConfiguration.current.locales[0])
    return style.format(LocalDate.ofEpochDay(days.toLong()))
}

/** Whether a moment is today, where the phone is. */
fun isToday(ms: Long): Boolean = Instant.ofEpochMilli(ms).atZone(ZoneId.systemDefault()).toLocalDate() == LocalDate.now()

/** Minutes east of UTC at a moment. */
fun offsetMinutes(ms: Long): Short =
    (
        ZoneId
            .systemDefault()
            .rules
            .getOffset(Instant.ofEpochMilli(ms))
            .totalSeconds / 60
    ).toShort()
