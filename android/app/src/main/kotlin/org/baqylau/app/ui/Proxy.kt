package org.baqylau.app.ui

import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import org.baqylau.app.R

/** A SOCKS5 proxy, as `host:port`, and whether one is set. */
@Composable
fun ProxyChoice(
    address: String,
    on: Boolean,
    type: (String) -> Unit,
    use: (Boolean) -> Unit,
) {
    Heading(stringResource(R.string.settings_proxy))
    Paragraph(stringResource(R.string.settings_proxy_why))
    OutlinedTextField(
        address,
        type,
        INSET.testTag("proxy"),
        placeholder = { Text("127.0.0.1:9050") },
        singleLine = true,
    )
    Secondary(stringResource(R.string.settings_proxy_set), "proxy-on", INSET, enabled = address.isNotBlank()) { use(true) }
    if (on) Secondary(stringResource(R.string.settings_proxy_off), "proxy-off", INSET) { use(false) }
}
