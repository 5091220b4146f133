#!/usr/bin/env bash
# FOLDER/aar/*.aar -> FOLDER/classes (all classes, R classes) and FOLDER/res.apk (all resources, the app's too). Needs aapt2 and a JDK.
set -euo pipefail
app=$(realpath "$(dirname "$0")/../app")
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
resources=()
for zip in flat/*.zip; do [ "$zip" = flat/app.zip ] || resources+=(-R "$zip"); done
aapt2 link -o res.apk -I framework.apk --manifest "$app/src/main/AndroidManifest.xml" --java gen --extra-packages "${packages#:}" \
  --auto-add-overlay --min-sdk-version 28 --target-sdk-version 35 --custom-package org.baqylau.app "${resources[@]}" -R flat/app.zip
find gen -name R.java -print0 | xargs -0 javac -nowarn -d classes
rm -rf classes/META-INF/*.SF classes/module-info.class
