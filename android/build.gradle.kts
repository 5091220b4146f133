// AGP compiles Kotlin itself, with the newest of Kotlin's plugins that it finds here; its own would be of version 2.2.
buildscript {
    dependencies { classpath(libs.kotlin.gradle) }
}

plugins {
    alias(libs.plugins.android.application) apply false
    alias(libs.plugins.android.library) apply false
    alias(libs.plugins.kotlin.compose) apply false
}
