// The core for any Android app: the Kotlin of bindings/kotlin with the libraries, as an AAR.
plugins {
    alias(libs.plugins.android.library)
}

// What `cargo xtask release android` leaves there: the libraries, and the Kotlin beside them.
val built = rootDir.resolve("../target")

android {
    namespace = "org.baqylau"
    // The platform is named android-37.0.
    compileSdk { version = release(libs.versions.compileSdk.get().toInt()) { minorApiLevel = 0 } }

    defaultConfig {
        minSdk = libs.versions.minSdk.get().toInt()
        consumerProguardFiles("consumer-rules.pro")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets["main"].apply {
        kotlin.directories += listOf("../../bindings/kotlin/src/main/kotlin", built.resolve("bindings/kotlin").path)
        jniLibs.directories += built.resolve("release-packages/android/jniLibs").path
    }
}

kotlin { compilerOptions { allWarningsAsErrors.set(true) } }

dependencies {
    api(libs.coroutines.android)
    implementation(libs.jna) { artifact { type = "aar" } }
}
