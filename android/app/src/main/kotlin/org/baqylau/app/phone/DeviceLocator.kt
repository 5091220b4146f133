package org.baqylau.app.phone

import android.annotation.SuppressLint
import android.content.Context
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
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
        val providers = listOf(LocationManager.NETWORK_PROVIDER, LocationManager.GPS_PROVIDER).filter(manager::isProviderEnabled)
        if (providers.isEmpty()) return null
        return withTimeoutOrNull(WAIT_MS) { once(manager, providers) }?.let(::positionOf)
    }

    /** The first that any of them tells: satellites are not seen from indoors. */
    // The screen has asked for the permission.
    @SuppressLint("MissingPermission")
    private suspend fun once(
        manager: LocationManager,
        providers: List<String>,
    ): Location? =
        suspendCancellableCoroutine { waiting ->
            val listener =
                Once { once, location ->
                    manager.removeUpdates(once)
                    if (waiting.isActive) waiting.resume(location)
                }
            waiting.invokeOnCancellation { manager.removeUpdates(listener) }
            try {
                providers.forEach { manager.requestLocationUpdates(it, 0L, 0f, listener, Looper.getMainLooper()) }
            } catch (_: SecurityException) {
                // The coarse permission alone does not open the satellites.
                if (LocationManager.NETWORK_PROVIDER !in providers) waiting.resume(null)
            }
        }

    /** Every method is there: Android 9 and 10 call those that later ones have a default for. */
    private class Once(
        private val heard: (LocationListener, Location) -> Unit,
    ) : LocationListener {
        override fun onLocationChanged(location: Location) = heard(this, location)

        override fun onProviderEnabled(provider: String) = Unit

        override fun onProviderDisabled(provider: String) = Unit

        @Deprecated("Android 9 calls it")
        override fun onStatusChanged(
            provider: String?,
            status: Int,
            extras: Bundle?,
        ) = Unit
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
