package org.baqylau.app.ui

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import org.baqylau.app.phone.AppSettings

/** How the app speaks and looks; kept over restarts. */
class Look(
    private val settings: AppSettings,
) {
    private val mutableLanguage = MutableStateFlow(settings.language)
    private val mutableSun = MutableStateFlow(settings.sun)

    /** A language's code, or the phone's own. */
    val language: StateFlow<String?> = mutableLanguage.asStateFlow()

    /** Black on white, for the sun. */
    val sun: StateFlow<Boolean> = mutableSun.asStateFlow()

    fun setLanguage(language: String) {
        settings.language = language
        mutableLanguage.value = language
    }

    fun sun(on: Boolean) {
        settings.sun = on
        mutableSun.value = on
    }
}
