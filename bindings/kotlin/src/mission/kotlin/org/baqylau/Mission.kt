package org.baqylau

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import java.nio.file.Path

/** A mission with a running server, as another process that is asked by lines. */
class Mission : AutoCloseable {
    private val process = ProcessBuilder(System.getProperty("baqylau.mission")).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val said = process.inputStream.bufferedReader()
    private val asked = process.outputStream.bufferedWriter()
    private val about = hear()

    fun invite(number: Int): String = about["invites"][number].textValue()

    fun ask(command: String): JsonNode {
        asked.write(command + "\n")
        asked.flush()
        return hear()
    }

    private fun hear(): JsonNode = ObjectMapper().readTree(checkNotNull(said.readLine()) { "the mission's process ended" })

    override fun close() {
        asked.close()
        process.waitFor()
    }
}

const val PIN = "2468"

fun phone(folder: Path): Phone = Phone(folder.toString(), "en", "", 0)
