package org.baqylau.app

import android.app.Application
import android.os.SystemClock
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import org.baqylau.app.core.Away
import org.baqylau.app.core.Session
import org.baqylau.app.phone.AndroidServices
import org.baqylau.app.phone.Services
import org.baqylau.app.phone.handed
import org.baqylau.app.ui.Look

/** The process: one store, one session. */
open class BaqylauApp : Application() {
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    lateinit var services: Services
        private set
    lateinit var session: Session
        private set
    lateinit var look: Look
        private set
    lateinit var away: Away
        private set

    override fun onCreate() {
        super.onCreate()
        services = makeServices()
        look = Look(services.settings)
        session = Session(services::phone, services.vault, scope, ::watch)
        away = Away(session, scope, SystemClock::elapsedRealtime)
        scope.launch(Dispatchers.IO) { handed(this@BaqylauApp).deleteRecursively() }
        services.delivery.plan()
    }

    /** Delivers what waits while nobody looks. Whether to come again. */
    suspend fun deliver(): Boolean {
        val done = session.deliver() ?: return false
        if (done.letters > 0u && services.settings.notices) services.notices.lettersCame()
        return done.againMs != null
    }

    /** What only a phone has; tests put a twin in memory here. */
    protected open fun makeServices(): Services = AndroidServices(this)

    /** Runs before every call of the core, on its thread; tests look at it. */
    protected open fun watch() = Unit
}
