#!/bin/bash
# Publishes the Go modules of a folder: go-module.sh release/go CLONE VERSION
# Go fetches modules from a repository. They are generated, so theirs is another one than that of the sources; CLONE is a clone
# of it to push from. Each module is a folder of it, and a version of a module is a tag FOLDER/vVERSION.
set -euo pipefail
modules=${1:?the folder with the modules is missing} clone=${2:?the clone is missing} version=${3:?the version is missing}
repository=github.com/cdk8s-work-queue/cdk8s-work-queue-go
tags=()

for module in "$modules"/*/; do
  name=$(basename "$module")
  path=$(sed -n 's/^module //p' "$module/go.mod")
  case $path in
  "$repository/$name" | "$repository/$name/v"[0-9]*) ;;
  *)
    echo "$module/go.mod has the module $path, which go would not look for in $repository/$name" >&2
    exit 1
    ;;
  esac
  tag=$name/v$version
  if [ -n "$(git -C "$clone" ls-remote origin "refs/tags/$tag")" ]; then
    echo "$tag is published already"
    continue
  fi
  rm -rf "${clone:?}/$name"
  cp -R "$module" "$clone/$name"
  tags+=("$tag")
done
[ ${#tags[@]} -gt 0 ] || exit 0

git -C "$clone" add --all
git -C "$clone" -c user.name='cdk8s-work-queue releases' -c user.email='noreply@github.com' commit --quiet --allow-empty --message "v$version"
for tag in "${tags[@]}"; do git -C "$clone" tag "$tag"; done
git -C "$clone" push --atomic origin HEAD "${tags[@]/#/refs/tags/}"
