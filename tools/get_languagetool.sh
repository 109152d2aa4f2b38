#!/usr/bin/env bash
# Get LanguageTool from Maven to where language-tool-python looks for it: $LTP_PATH, or ~/.cache/language_tool_python.
# Needs mvn, unzip and Java 17. Does nothing when it is there already. The download is kept out of the work tree.
set -euo pipefail
version=6.8
target="${LTP_PATH:-$HOME/.cache/language_tool_python}"
place="$target/LanguageTool-$version"
if [ -f "$place/languagetool-server.jar" ]; then
  echo "LanguageTool $version is in $target"
  exit 0
fi
for program in mvn unzip java; do
  command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 2; }
done
mkdir -p "$target"
work="$(mktemp -d "$target/.getting.XXXXXX")"
trap 'rm -rf "$work"' EXIT
mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
  -Dartifact="org.languagetool:languagetool-standalone:$version:zip" -DoutputDirectory="$work" \
  -Dmaven.repo.local="$work/repository"
unzip -q "$work/languagetool-standalone-$version.zip" -d "$work"
[ -f "$work/LanguageTool-$version/languagetool-server.jar" ] || { echo "the archive has no LanguageTool-$version" >&2; exit 2; }
# Another run may have finished first; a folder is moved whole or not at all.
mv -T "$work/LanguageTool-$version" "$place" 2>/dev/null || [ -f "$place/languagetool-server.jar" ]
echo "LanguageTool $version is in $target"
