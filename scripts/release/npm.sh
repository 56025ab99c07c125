#!/bin/bash
# Publishes each tarball of a folder to npm, as the workflow that it runs in, with provenance: npm.sh release/js
# A release that stopped half way can be run again: what is published is left out.
set -euo pipefail

for tarball in "${1:?the folder with the tarballs is missing}"/*.tgz; do
  package=$(tar -xOzf "$tarball" package/package.json | jq -r '"\(.name)@\(.version)"')
  if [ -n "$(npm view "$package" version 2>/dev/null)" ]; then
    echo "$package is published already"
  else
    # The ./ tells a file from a repository.
    npm publish "./$tarball" --access public --provenance
  fi
done
