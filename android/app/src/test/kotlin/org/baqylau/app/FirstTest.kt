package org.baqylau.app

import org.baqylau.Mission
import org.junit.Test

class FirstTest : AppTest() {
    @Test
    fun `an observer joins and sees that all is safe`() =
        Mission().use { mission ->
            enrol(mission)
            see("All safe")
            tap("new-visit")
            write("search", "astana")
        }
}
