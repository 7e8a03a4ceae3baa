#!/bin/bash
# OpenSearch with an administrator of our own. "ready" is its health check.
set -euo pipefail

OPENSEARCH_INITIAL_ADMIN_PASSWORD="$(cat /run/secrets/opensearch-administrator)"
export OPENSEARCH_INITIAL_ADMIN_PASSWORD
if [ "${1:-}" = ready ]; then
  curl -sS -f -m 4 -o /dev/null -u "admin:$OPENSEARCH_INITIAL_ADMIN_PASSWORD" \
    'http://127.0.0.1:9200/_cluster/health?wait_for_status=yellow&timeout=2s'
  exit
fi
exec /usr/share/opensearch/opensearch-docker-entrypoint.sh
