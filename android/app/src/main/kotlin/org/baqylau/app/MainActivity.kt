package org.baqylau.app

import android.os.Bundle
import android.view.View
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.viewModels
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.lifecycle.createSavedStateHandle
import androidx.lifecycle.lifecycleScope
import androidx.lifecycle.viewmodel.initializer
import androidx.lifecycle.viewmodel.viewModelFactory
import kotlinx.coroutines.launch
import org.baqylau.app.nav.Navigator
import org.baqylau.app.phone.AndroidServices
import org.baqylau.app.ui.BaqylauTheme
import org.baqylau.app.ui.Contrast
import org.baqylau.app.ui.Unlearned

class MainActivity : ComponentActivity() {
    private val app get() = application as BaqylauApp
    private val navigator: Navigator by viewModels {
        viewModelFactory { initializer { Navigator(createSavedStateHandle()) } }
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        // No screenshot, no picture among the recent apps.
        window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
        // No answer goes to a service that fills in forms.
        window.decorView.importantForAutofill = View.IMPORTANT_FOR_AUTOFILL_NO_EXCLUDE_DESCENDANTS
        enableEdgeToEdge()
        (app.services as? AndroidServices)?.attach(this)
        lifecycleScope.launch { app.session.start() }
        setContent {
            val language by app.look.language.collectAsState()
            val sun by app.look.sun.collectAsState()
            BaqylauTheme(language, if (sun) Contrast.SUN else Contrast.SYSTEM) { Unlearned { Root(app, navigator) } }
        }
    }

    override fun onStart() {
        super.onStart()
        app.away.comeBack()
    }

    override fun onStop() {
        val after = app.services.settings.lockAfterMs
        // Who picks a file for a report comes back to the report.
        if (!isChangingConfigurations) app.away.leave(if (app.services.asking) maxOf(after, ERRAND_MS) else after)
        super.onStop()
    }

    override fun onDestroy() {
        (app.services as? AndroidServices)?.detach(this)
        super.onDestroy()
    }

    private companion object {
        /** What finding a file may take. */
        const val ERRAND_MS = 5 * 60_000L
    }
}
