#!/usr/bin/env bash
# Shrinks the app as Gradle's release build does, with the R8 that its AGP brings: classes, libraries and rules must fit together.
# ANDROIDX APP FRAMEWORK: the folder of bundle.sh, the app's (with libraries/*.jar and r8/*.jar), and the framework's jar. -> APP/dex.zip
set -euo pipefail
here=$(realpath "$(dirname "$0")")
androidx=${1:?the folder of bundle.sh} app=${2:?the folder of the app} framework=${3:?the jar of the framework}
cat >"$app/rules.pro" <<'RULES'
# As in AGP's proguard-android-optimize.txt.
-allowaccessmodification
-keepattributes AnnotationDefault,EnclosingMethod,InnerClasses,RuntimeVisibleAnnotations,Signature
-keepclasseswithmembernames class * { native <methods>; }
-keepclassmembers enum * { public static **[] values(); public static ** valueOf(java.lang.String); }
-keepclassmembers class * implements android.os.Parcelable { public static final ** CREATOR; }
# The tests' own libraries are not shipped.
-dontwarn androidx.test.**,androidx.compose.ui.test.**,org.junit.**,org.hamcrest.**,junit.**,kotlinx.coroutines.test.**
RULES
rules=("$app/rules.pro" "$androidx/manifest.pro" "$here/../app/proguard-rules.pro" "$here/../observer/consumer-rules.pro")
for rule in "$androidx"/x/*/proguard.txt; do
  case $rule in */androidx.test* | */ui-test*) ;; *) rules+=("$rule") ;; esac
done
configured=()
for rule in "${rules[@]}"; do configured+=(--pg-conf "$rule"); done
# The framework's jar has not every class of java.*, without which this R8 breaks.
jdk=$(dirname "$(dirname "$(realpath "$(command -v java)")")")
java -Xmx2g -cp "$app/r8/*" com.android.tools.r8.R8 --release --min-api 28 --lib "$framework" --lib "$jdk" "${configured[@]}" \
  --output "$app/dex.zip" "$app"/app-*.jar "$app"/libraries/*.jar
# What the system calls by name is there under its name.
for name in MainActivity BaqylauApp phone/DeliveryJob; do
  unzip -p "$app/dex.zip" '*.dex' | grep -aF "Lorg/baqylau/app/$name;" >/dev/null || { echo "R8 took $name away" >&2; exit 1; }
done
ls -l "$app/dex.zip"
