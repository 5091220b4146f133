package org.baqylau.app

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory

/** Every word in every language. */
class StringsTest {
    private val main = File(System.getProperty("baqylau.app"), "src/main")
    private val folders = mapOf("en" to "values", "kk" to "values-kk", "ru" to "values-ru")

    /** Which numbers a language tells apart, by the Unicode CLDR. */
    private val quantities = mapOf("en" to setOf("one", "other"), "kk" to setOf("one", "other"), "ru" to setOf("one", "few", "many", "other"))
    private val placeholder = Regex("%(\\d+\\$)?[-#+ 0,(]*[\\d.]*[a-zA-Z%]")

    private fun elements(
        language: String,
        tag: String,
    ): List<Element> {
        val file = File(main, "res/${folders[language]}/strings.xml")
        val nodes = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).getElementsByTagName(tag)
        return (0 until nodes.length).map { nodes.item(it) as Element }
    }

    private fun texts(language: String): Map<String, String> =
        elements(language, "string").filter { it.getAttribute("translatable") != "false" }.associate { it.getAttribute("name") to it.textContent }

    private fun placeholders(text: String) = placeholder.findAll(text).map { it.value }.sorted().toList()

    @Test
    fun `no string is missing, and each keeps its placeholders`() {
        val english = texts("en")
        for (language in LANGUAGES) {
            val texts = texts(language)
            assertEquals(language, english.keys, texts.keys)
            for ((name, text) in texts) {
                assertTrue("$language/$name is empty", text.isNotBlank())
                assertEquals("$language/$name", placeholders(english.getValue(name)), placeholders(text))
            }
        }
    }

    @Test
    fun `no string was left in English`() {
        val english = texts("en")
        val same = setOf("ok", "sos", "pin")
        for (language in LANGUAGES - "en") {
            val left = texts(language).filter { (name, text) -> name !in same && text == english[name] }.keys
            assertEquals(language, emptySet<String>(), left)
        }
    }

    @Test
    fun `every number has its form`() {
        val english = elements("en", "plurals").map { it.getAttribute("name") }
        for (language in LANGUAGES) {
            val plurals = elements(language, "plurals")
            assertEquals(language, english, plurals.map { it.getAttribute("name") })
            for (plural in plurals) {
                val items = plural.getElementsByTagName("item")
                val forms = (0 until items.length).map { items.item(it) as Element }
                assertEquals("$language/${plural.getAttribute("name")}", quantities[language], forms.map { it.getAttribute("quantity") }.toSet())
                assertTrue(forms.all { placeholders(it.textContent) == listOf("%1\$d") })
            }
        }
    }

    @Test
    fun `no screen has words of its own`() {
        val words = Regex("(Text|Paragraph|Heading|Primary|Secondary|Line|Choice)\\(\\s*\"[^\"\$]*\\p{L}{2,}")
        val found =
            File(main, "kotlin").walk().filter { it.extension == "kt" }.flatMap { file -> words.findAll(file.readText()).map { "${file.name}: ${it.value}" } }
        assertEquals(emptyList<String>(), found.toList())
    }

    @Test
    fun `every string is used`() {
        val source = File(main, "kotlin").walk().filter { it.extension == "kt" }.joinToString("\n") { it.readText() }
        val names = texts("en").keys + elements("en", "plurals").map { it.getAttribute("name") }
        val unused = names.filterNot { Regex("R\\.(string|plurals)\\.$it\\b").containsMatchIn(source) }
        assertEquals(emptyList<String>(), unused)
    }
}
