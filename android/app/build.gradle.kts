plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "org.baqylau.app"
    // The platform is named android-37.0.
    compileSdk { version = release(libs.versions.compileSdk.get().toInt()) { minorApiLevel = 0 } }

    defaultConfig {
        applicationId = "org.baqylau.app"
        minSdk = libs.versions.minSdk.get().toInt()
        targetSdk = libs.versions.targetSdk.get().toInt()
        versionCode = 1
        versionName = "0.1.0"
        ndk { abiFilters += listOf("arm64-v8a", "x86_64") }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    buildFeatures { compose = true }

    // A language is changed in the field, where nothing can be downloaded.
    bundle { language { enableSplit = false } }
}

kotlin { compilerOptions { allWarningsAsErrors.set(true) } }

dependencies {
    implementation(project(":observer"))
    implementation(libs.activity.compose)
    implementation(libs.compose.foundation)
    implementation(libs.compose.ui)
    implementation(libs.material3)
    implementation(libs.core.ktx)
    implementation(libs.lifecycle.compose)
    implementation(libs.lifecycle.viewmodel)
    implementation(libs.zxing)
    debugImplementation(libs.compose.preview)
    debugImplementation(libs.compose.tooling)
}
