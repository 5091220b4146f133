package org.baqylau.app.phone

import android.app.Application
import android.content.Context
import android.provider.Settings
import androidx.activity.ComponentActivity
import org.baqylau.KeyVault
import org.baqylau.Phone
import org.baqylau.app.ui.offsetMinutes
import java.io.File
import java.util.Locale

/** The phone itself. */
class AndroidServices(
    private val app: Application,
) : Services {
    private val screens = Screens()

    override val vault: KeyVault by lazy { KeystoreVault(app) }
    override val camera: Camera = DeviceCamera()
    override val microphone: Microphone = DeviceMicrophone()
    override val locator: Locator = DeviceLocator(app)
    override val permissions: Permissions = screens
    override val files: Files = DeviceFiles(app, screens)
    override val face: Face = DeviceFace(app, screens)
    override val delivery: Delivery = DeviceDelivery(app)
    override val notices: Notices = DeviceNotices(app)
    override val settings: AppSettings = StoredSettings(app)

    override val asking get() = screens.asking

    /** The screen that asks and picks from now on. */
    fun attach(activity: ComponentActivity) = screens.attach(activity)

    fun detach(activity: ComponentActivity) = screens.detach(activity)

    override fun phone(): Phone {
        val folder = File(app.noBackupFilesDir, "store")
        val boot = Settings.Global.getInt(app.contentResolver, Settings.Global.BOOT_COUNT, 0)
        val language = settings.language ?: Locale.getDefault().language
        return Phone(folder.path, language, boot.toString(), offsetMinutes(System.currentTimeMillis()))
    }
}

/** In the app's private preferences. */
class StoredSettings(
    context: Context,
) : AppSettings {
    private val kept = context.getSharedPreferences("look", Context.MODE_PRIVATE)

    override var language: String?
        get() = kept.getString("language", null)
        set(value) = kept.edit().putString("language", value).apply()

    override var sun: Boolean
        get() = kept.getBoolean("sun", false)
        set(value) = kept.edit().putBoolean("sun", value).apply()

    override var lockAfterMs: Long
        get() = kept.getLong("lockAfter", LOCK_AFTER_MS)
        set(value) = kept.edit().putLong("lockAfter", value).apply()

    override var notices: Boolean
        get() = kept.getBoolean("notices", false)
        set(value) = kept.edit().putBoolean("notices", value).apply()
}

/** Until the observer chooses otherwise. */
const val LOCK_AFTER_MS = 60_000L
