package org.baqylau.app.ui

import android.view.inputmethod.EditorInfo
import androidx.compose.runtime.Composable
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.platform.InterceptPlatformTextInput
import androidx.compose.ui.platform.PlatformTextInputMethodRequest

/** Keyboards are asked to learn nothing from any field inside. */
@OptIn(ExperimentalComposeUiApi::class)
@Composable
fun Unlearned(content: @Composable () -> Unit) =
    InterceptPlatformTextInput(
        interceptor = { request, next -> next.startInputMethod(unlearned(request)) },
        content = content,
    )

/** The same request, with the flag. */
fun unlearned(request: PlatformTextInputMethodRequest) =
    PlatformTextInputMethodRequest { about ->
        request.createInputConnection(about).also { about.imeOptions = about.imeOptions or EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING }
    }
