package org.baqylau.app.phone

import androidx.compose.runtime.Composable
import kotlinx.coroutines.flow.Flow
import org.baqylau.ByteSource
import org.baqylau.KeyVault
import org.baqylau.Phone
import org.baqylau.Position

/** What only a phone has. Each has a twin in memory for tests and previews. */
interface Services {
    val vault: KeyVault
    val camera: Camera
    val microphone: Microphone
    val locator: Locator
    val permissions: Permissions
    val files: Files
    val face: Face
    val delivery: Delivery
    val notices: Notices
    val settings: AppSettings

    /** Whether the app itself sent the observer to a screen of the system, to pick or allow something. */
    val asking: Boolean

    /** The store's place and what the system tells of the phone. */
    fun phone(): Phone
}

/** Pictures from the camera. Nothing of them is written. */
interface Camera {
    /** Shows what the camera sees, and gives a JPEG when the observer takes it. */
    @Composable
    fun Photograph(
        onTaken: (ByteArray) -> Unit,
        onFailed: () -> Unit,
    )

    /** Shows what the camera sees, and gives the text of every QR code in it. */
    @Composable
    fun Scan(
        onRead: (String) -> Unit,
        onFailed: () -> Unit,
    )
}

/** Sound, kept in memory until it is attached. */
interface Microphone {
    /** Records until [Recording.stop]; nothing where another app has the microphone. */
    fun record(): Recording?

    /** Ends a recording that nobody wants. */
    fun drop(recording: Recording)
}

interface Recording {
    /** A WAV file. */
    suspend fun stop(): ByteSource
}

/** Where the phone is: asked only while a screen wants to know. */
interface Locator {
    /** Nothing when it cannot be told in half a minute. */
    suspend fun position(): Position?
}

enum class Permission { CAMERA, MICROPHONE, POSITION, NOTICES }

interface Permissions {
    /** Whether it was given before; nobody is asked. */
    fun granted(permission: Permission): Boolean

    /** Asks, if need be. The screen has said why before. */
    suspend fun ask(permission: Permission): Boolean
}

/** Files that the observer picks or makes with the system's own screens. */
interface Files {
    /** Picks a file of a type as `video`; nothing when the observer went back. */
    suspend fun pick(type: String): Picked?

    /** Saves bytes where the observer says. False when the observer went back. */
    suspend fun save(
        name: String,
        bytes: ByteArray,
    ): Boolean

    /** Hands bytes to another app. */
    suspend fun share(
        name: String,
        bytes: ByteArray,
    )
}

class Picked(
    val media: String,
    val source: ByteSource,
)

/** Face or finger. */
interface Face {
    /** Whether the phone has either. */
    val available: Boolean

    /** Asks for it. */
    suspend fun ask(title: String): Boolean
}

/** Delivery while nobody looks. */
interface Delivery {
    /** As soon as there is a network. */
    fun plan()

    /** Whether there is a network. */
    val connected: Flow<Boolean>
}

/** Tells the observer something while the app is not seen; never what. */
interface Notices {
    /** The coordinators wrote. */
    fun lettersCame()
}

/** What the app remembers that is no secret. */
interface AppSettings {
    var language: String?
    var sun: Boolean

    /** How long the app may be out of sight before it locks. */
    var lockAfterMs: Long

    /** Whether letters are told of while the app is not seen. */
    var notices: Boolean
}
