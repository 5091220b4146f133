package org.baqylau.app.phone

import android.annotation.SuppressLint
import android.content.Context
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Looper
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull
import org.baqylau.Position
import kotlin.coroutines.resume
import kotlin.math.roundToInt
import kotlin.math.roundToLong

/** One position, when it is asked for; nothing listens before or after. */
class DeviceLocator(
    private val context: Context,
) : Locator {
    override suspend fun position(): Position? {
        val manager = context.getSystemService(LocationManager::class.java) ?: return null
        val provider =
            listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER).firstOrNull(manager::isProviderEnabled) ?: return null
        return withTimeoutOrNull(WAIT_MS) { once(manager, provider) }?.let(::positionOf)
    }

    // The screen has asked for the permission.
    @SuppressLint("MissingPermission")
    private suspend fun once(
        manager: LocationManager,
        provider: String,
    ): Location? =
        suspendCancellableCoroutine { waiting ->
            val listener =
                object : LocationListener {
                    override fun onLocationChanged(location: Location) {
                        manager.removeUpdates(this)
                        if (waiting.isActive) waiting.resume(location)
                    }
                }
            waiting.invokeOnCancellation { manager.removeUpdates(listener) }
            try {
                manager.requestLocationUpdates(provider, 0L, 0f, listener, Looper.getMainLooper())
            } catch (_: SecurityException) {
                waiting.resume(null)
            }
        }

    private companion object {
        const val WAIT_MS = 30_000L
    }
}

/** In the core's units; a position that a program set says so. */
fun positionOf(location: Location): Position {
    val mock = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) location.isMock else olderMock(location)
    val centimetres = (location.accuracy * 100).roundToLong().coerceIn(0, UInt.MAX_VALUE.toLong())
    return Position(
        (location.latitude * 1e7).roundToInt(),
        (location.longitude * 1e7).roundToInt(),
        centimetres.toUInt(),
        mock,
    )
}

@Suppress("DEPRECATION")
private fun olderMock(location: Location) = location.isFromMockProvider
