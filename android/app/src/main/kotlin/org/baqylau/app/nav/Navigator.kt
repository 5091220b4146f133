package org.baqylau.app.nav

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.ViewModel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/** The way back: routes with the models of their screens. Survives rotation, and the process as far as the routes go. */
class Navigator(
    private val saved: SavedStateHandle,
) : ViewModel() {
    private val models = HashMap<Route, ScreenModel<*>>()
    private val gates = HashMap<String, ScreenModel<*>>()
    private val mutable = MutableStateFlow(read())
    private var store = 0

    val way: StateFlow<List<Route>> = mutable.asStateFlow()

    fun open(route: Route) = set(mutable.value.filter { it != route } + route)

    /** Opens a screen instead of the one that is shown. */
    fun replace(route: Route) = set(mutable.value.dropLast(1).filter { it != route } + route)

    fun back() {
        if (mutable.value.size > 1) set(mutable.value.dropLast(1))
    }

    fun home() = set(listOf(Route.Home))

    /** The model of a screen, made once. */
    @Suppress("UNCHECKED_CAST")
    fun <M : ScreenModel<*>> model(
        route: Route,
        make: () -> M,
    ): M = models.getOrPut(route, make) as M

    /** The model of a screen before the store is open. */
    @Suppress("UNCHECKED_CAST")
    fun <M : ScreenModel<*>> gate(
        name: String,
        make: () -> M,
    ): M = gates.getOrPut(name, make) as M

    /** The store is open. */
    fun passed() {
        gates.values.forEach { it.close() }
        gates.clear()
    }

    /** Which store the screens belong to: those of another one are closed, and the way begins at home. */
    fun belong(store: Int) {
        if (store != this.store) {
            forget()
            passed()
            home()
        }
        this.store = store
    }

    /** Closes every screen: the store was locked. */
    fun forget() {
        models.values.forEach { it.close() }
        models.clear()
    }

    private fun set(way: List<Route>) {
        (models.keys - way.toSet()).forEach { models.remove(it)?.close() }
        saved[KEY] = ArrayList(way.map { it.write() })
        mutable.value = way
    }

    private fun read(): List<Route> =
        saved
            .get<ArrayList<String>>(KEY)
            ?.mapNotNull(Route::read)
            ?.ifEmpty { null } ?: listOf(Route.Home)

    override fun onCleared() {
        forget()
        passed()
    }

    private companion object {
        const val KEY = "way"
    }
}
