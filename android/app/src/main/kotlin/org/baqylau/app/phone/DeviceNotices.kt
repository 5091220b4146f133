package org.baqylau.app.phone

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import org.baqylau.app.MainActivity
import org.baqylau.app.R

/** Notifications that say nothing and are not shown on a locked phone. Android drops them when they are not allowed. */
class DeviceNotices(
    private val context: Context,
) : Notices {
    override fun lettersCame() {
        val manager = context.getSystemService(NotificationManager::class.java) ?: return
        val channel = NotificationChannel(CHANNEL, context.getString(R.string.notices_channel), NotificationManager.IMPORTANCE_DEFAULT)
        channel.lockscreenVisibility = Notification.VISIBILITY_SECRET
        manager.createNotificationChannel(channel)
        val open = PendingIntent.getActivity(context, 0, Intent(context, MainActivity::class.java), PendingIntent.FLAG_IMMUTABLE)
        val notice =
            Notification
                .Builder(context, CHANNEL)
                .setSmallIcon(R.drawable.ic_launcher)
                .setContentTitle(context.getString(R.string.notices_text))
                .setVisibility(Notification.VISIBILITY_SECRET)
                .setContentIntent(open)
                .setAutoCancel(true)
                .build()
        manager.notify(LETTERS, notice)
    }

    private companion object {
        const val CHANNEL = "letters"
        const val LETTERS = 1
    }
}
