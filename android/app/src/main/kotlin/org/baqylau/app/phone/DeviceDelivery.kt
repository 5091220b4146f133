package org.baqylau.app.phone

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.launch
import org.baqylau.BaqylauException
import org.baqylau.app.BaqylauApp

/** A job that runs as soon as there is a network, and again while something waits. */
class DeviceDelivery(
    private val context: Context,
) : Delivery {
    override fun plan() {
        val scheduler = context.getSystemService(JobScheduler::class.java) ?: return
        val job =
            JobInfo
                .Builder(JOB, ComponentName(context, DeliveryJob::class.java))
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                .setPersisted(true)
                .setBackoffCriteria(BACKOFF_MS, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
                .build()
        scheduler.schedule(job)
        if (scheduler.getPendingJob(LOOK) == null) scheduler.schedule(look())
    }

    /** The coordinators may have written, though nothing waits to be sent. */
    private fun look() =
        JobInfo
            .Builder(LOOK, ComponentName(context, DeliveryJob::class.java))
            .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            .setPersisted(true)
            .setPeriodic(LOOK_MS)
            .build()

    override val connected: Flow<Boolean> =
        callbackFlow {
            val manager = context.getSystemService(ConnectivityManager::class.java)
            val callback =
                object : ConnectivityManager.NetworkCallback() {
                    override fun onAvailable(network: Network) {
                        trySend(true)
                    }

                    override fun onLost(network: Network) {
                        trySend(false)
                    }
                }
            val now = manager?.getNetworkCapabilities(manager.activeNetwork)
            trySend(now?.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) == true)
            manager?.registerDefaultNetworkCallback(callback)
            awaitClose { manager?.unregisterNetworkCallback(callback) }
        }

    private companion object {
        const val JOB = 1
        const val BACKOFF_MS = 60_000L
        const val LOOK = 2
        const val LOOK_MS = 60 * 60_000L
    }
}

/** Delivers what waits, with the store locked or open. Android says when it must end; what was under way goes on the next time. */
class DeliveryJob : JobService() {
    private var running: Job? = null

    override fun onStartJob(params: JobParameters?): Boolean {
        val app = application as BaqylauApp
        running =
            app.scope.launch {
                val again =
                    try {
                        app.deliver()
                    } catch (_: BaqylauException) {
                        true
                    }
                jobFinished(params, again)
            }
        return true
    }

    override fun onStopJob(params: JobParameters?): Boolean {
        running?.cancel()
        return true
    }
}
