package org.baqylau.app.ui

import android.content.Context
import android.content.ContextWrapper
import android.content.res.Configuration
import android.view.View
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.unit.LayoutDirection
import java.util.Locale

/** How the screen is lit: as the system says, or black on white for the sun. */
enum class Contrast { SYSTEM, SUN }

private val light =
    lightColorScheme(
        primary = Color(0xFF00515C),
        onPrimary = Color.White,
        primaryContainer = Color(0xFFC5EAF1),
        onPrimaryContainer = Color(0xFF001F25),
        secondary = Color(0xFF455A64),
        secondaryContainer = Color(0xFFDDE5E8),
        onSecondaryContainer = Color(0xFF172124),
        tertiary = Color(0xFF6B5200),
        tertiaryContainer = Color(0xFFFFE08F),
        onTertiaryContainer = Color(0xFF241A00),
        error = Color(0xFFA8200D),
        errorContainer = Color(0xFFFFDAD4),
        onErrorContainer = Color(0xFF410000),
        background = Color(0xFFF7FAFB),
        surface = Color(0xFFF7FAFB),
        surfaceContainer = Color(0xFFEAEFF1),
    )
private val dark =
    darkColorScheme(
        primary = Color(0xFF83D2E2),
        onPrimary = Color(0xFF00363F),
        primaryContainer = Color(0xFF004E5A),
        onPrimaryContainer = Color(0xFFC5EAF1),
        secondary = Color(0xFFB2C8D1),
        secondaryContainer = Color(0xFF33444B),
        onSecondaryContainer = Color(0xFFDDE5E8),
        tertiary = Color(0xFFF0C13E),
        tertiaryContainer = Color(0xFF513D00),
        onTertiaryContainer = Color(0xFFFFE08F),
        error = Color(0xFFFFB4A6),
        errorContainer = Color(0xFF8A1400),
        onErrorContainer = Color(0xFFFFDAD4),
    )
private val sun =
    lightColorScheme(
        primary = Color.Black,
        onPrimary = Color.White,
        primaryContainer = Color(0xFFFFE94A),
        onPrimaryContainer = Color.Black,
        secondary = Color.Black,
        secondaryContainer = Color(0xFFE0E0E0),
        onSecondaryContainer = Color.Black,
        tertiary = Color.Black,
        tertiaryContainer = Color(0xFFFFE94A),
        onTertiaryContainer = Color.Black,
        error = Color(0xFF9C0000),
        errorContainer = Color.White,
        onErrorContainer = Color(0xFF9C0000),
        background = Color.White,
        onBackground = Color.Black,
        surface = Color.White,
        onSurface = Color.Black,
        onSurfaceVariant = Color.Black,
        surfaceContainer = Color.White,
        outline = Color.Black,
        outlineVariant = Color.Black,
    )

fun colours(
    contrast: Contrast,
    night: Boolean,
): ColorScheme =
    when {
        contrast == Contrast.SUN -> sun
        night -> dark
        else -> light
    }

/** Colours, and the language that the observer chose, whatever the phone speaks. */
@Composable
fun BaqylauTheme(
    language: String?,
    contrast: Contrast,
    content: @Composable () -> Unit,
) {
    val context = LocalContext.current
    val configuration = LocalConfiguration.current
    val localised = remember(context, configuration, language) { speaking(context, configuration, language) }
    val rightToLeft = localised.resources.configuration.layoutDirection == View.LAYOUT_DIRECTION_RTL
    val direction = if (rightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr
    CompositionLocalProvider(
        LocalContext provides localised,
        LocalConfiguration provides localised.resources.configuration,
        LocalResources provides localised.resources,
        LocalLayoutDirection provides direction,
    ) {
        MaterialTheme(colours(contrast, isSystemInDarkTheme()), content = content)
    }
}

private fun speaking(
    context: Context,
    configuration: Configuration,
    language: String?,
): Context {
    if (language == null) return context
    val changed = Configuration(configuration)
    changed.setLocale(Locale.forLanguageTag(language))
    changed.setLayoutDirection(Locale.forLanguageTag(language))
    // The activity stays within reach for whatever needs one.
    return object : ContextWrapper(context) {
        private val inside = context.createConfigurationContext(changed)

        override fun getResources() = inside.resources
    }
}
