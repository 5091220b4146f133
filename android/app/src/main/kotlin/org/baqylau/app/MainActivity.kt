package org.baqylau.app

import android.os.Bundle
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

class MainActivity : ComponentActivity() {
    private val navigator: Navigator by viewModels {
        viewModelFactory { initializer { Navigator(createSavedStateHandle()) } }
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        // No screenshot, no picture among the recent apps.
        window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
        enableEdgeToEdge()
        val app = application as BaqylauApp
        (app.services as? AndroidServices)?.attach(this)
        lifecycleScope.launch { app.session.start() }
        setContent {
            val language by app.look.language.collectAsState()
            val sun by app.look.sun.collectAsState()
            BaqylauTheme(language, if (sun) Contrast.SUN else Contrast.SYSTEM) { Root(app, navigator) }
        }
    }

    override fun onDestroy() {
        ((application as BaqylauApp).services as? AndroidServices)?.detach(this)
        super.onDestroy()
    }
}
