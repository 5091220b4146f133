// The core for any Android app: the Kotlin of bindings/kotlin with the libraries, as an AAR.
plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
}

// What `cargo xtask release android` leaves there: the libraries, and the Kotlin beside them.
val built = rootDir.resolve("../target")

android {
    namespace = "org.baqylau"
    compileSdk = 36

    defaultConfig {
        minSdk = 28
        consumerProguardFiles("consumer-rules.pro")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets["main"].apply {
        kotlin.srcDirs("../../bindings/kotlin/src/main/kotlin", built.resolve("bindings/kotlin"))
        jniLibs.srcDirs(built.resolve("release-packages/android/jniLibs"))
    }
}

kotlin { compilerOptions { allWarningsAsErrors.set(true) } }

dependencies {
    api(libs.coroutines.android)
    implementation(libs.jna) { artifact { type = "aar" } }
}
