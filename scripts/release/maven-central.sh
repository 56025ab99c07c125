#!/bin/bash
# Publishes the artifacts of a Maven repository to Maven Central, by its portal: maven-central.sh release/java
# Each file is signed with the secret key of gpg. MAVEN_CENTRAL_TOKEN is a user token of the portal, as USERNAME:PASSWORD.
set -euo pipefail
repository=${1:?the folder with the Maven repository is missing}
portal=${MAVEN_CENTRAL_PORTAL:-https://central.sonatype.com}
: "${MAVEN_CENTRAL_TOKEN:?a user token of the portal is missing}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

request() { # PATH ARGUMENT...: the token is not on the command line, where other processes see it
  local path=$1
  shift
  printf 'Authorization: Bearer %s\n' "$(printf %s "$MAVEN_CENTRAL_TOKEN" | base64 --wrap 0)" |
    curl --silent --show-error --fail-with-body --header @- --request POST "$@" "$portal/api/v1/publisher/$path"
}

cp -R "$repository" "$work/bundle"
cd "$work/bundle"
# The index of a local repository, and checksums of kinds that the portal does not ask for.
find . -type f ! -name '*.jar' ! -name '*.pom' -delete
while IFS= read -r -d '' file; do
  gpg --batch --armor --detach-sign "$file"
  md5sum "$file" | cut -d ' ' -f 1 >"$file.md5"
  sha1sum "$file" | cut -d ' ' -f 1 >"$file.sha1"
done < <(find . -type f -print0)
zip --quiet --recurse-paths ../bundle.zip .

deployment=$(request 'upload?publishingType=AUTOMATIC' --form "bundle=@$work/bundle.zip")
echo "Deployment $deployment"
# What is valid will be published; that may take half an hour.
for _ in $(seq 60); do
  status=$(request "status?id=$deployment")
  state=$(jq -r .deploymentState <<<"$status")
  echo "$state"
  case $state in
  PUBLISHING | PUBLISHED) exit 0 ;;
  FAILED)
    jq .errors <<<"$status" >&2
    exit 1
    ;;
  esac
  sleep "${MAVEN_CENTRAL_PAUSE:-10}"
done
echo "Deployment $deployment is not valid yet: see the portal" >&2
exit 1
