#!/usr/bin/env bash
# FOLDER/aar/*.aar -> FOLDER/classes (all classes, R classes), FOLDER/res.apk (all resources, the app's too) and
# FOLDER/AndroidManifest.xml with the rules for what it names (manifest.pro). Needs aapt2 and a JDK.
set -euo pipefail
app=$(realpath "$(dirname "$0")/../app")
catalogue=$(realpath "$app/../gradle/libs.versions.toml")
cd "${1:?the folder to work in}"
rm -rf gen flat/app.zip && mkdir -p x flat gen classes
if [ ! -e framework.apk ]; then
  (cd framework && jar xf ./*.jar resources.arsc AndroidManifest.xml && jar c0Mf ../framework.apk resources.arsc AndroidManifest.xml)
fi
packages=
for aar in aar/*.aar; do
  name=$(basename "$aar" .aar)
  if [ ! -d "x/$name" ]; then
    rm -rf "x/$name.part" && mkdir -p "x/$name.part" && (cd "x/$name.part" && jar xf "../../$aar")
    if [ -f "x/$name.part/classes.jar" ]; then (cd classes && jar xf "../x/$name.part/classes.jar"); fi
    if [ -d "x/$name.part/res" ]; then aapt2 compile --dir "x/$name.part/res" -o "flat/$name.zip"; fi
    mv "x/$name.part" "x/$name"
  fi
  packages+=:$(grep -oP 'package="\K[^"]+' "x/$name/AndroidManifest.xml" | head -1)
done
for jar in aar/*.jar; do
  if [ ! -e "x/$(basename "$jar")" ]; then (cd classes && jar xf "../$jar") && touch "x/$(basename "$jar")"; fi
done
aapt2 compile --dir "$app/src/main/res" -o flat/app.zip
# Gradle adds these to the manifest from its own files.
version() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$catalogue"; }
sdks="<uses-sdk android:minSdkVersion=\"$(version minSdk)\" android:targetSdkVersion=\"$(version targetSdk)\" />"
sed -e "s|^<manifest |&package=\"org.baqylau.app\" |" -e "s|^    <application|    $sdks\n&|" "$app/src/main/AndroidManifest.xml" >AndroidManifest.xml
resources=()
for zip in flat/*.zip; do [ "$zip" = flat/app.zip ] || resources+=(-R "$zip"); done
aapt2 link -o res.apk -I framework.apk --manifest AndroidManifest.xml --proguard manifest.pro --java gen --extra-packages "${packages#:}" \
  --auto-add-overlay --custom-package org.baqylau.app "${resources[@]}" -R flat/app.zip
find gen -name R.java -print0 | xargs -0 javac -nowarn -d classes
rm -rf classes/META-INF/*.SF classes/module-info.class
