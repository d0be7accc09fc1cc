#!/bin/sh
# Finds a Python that is recent enough and hands over to bootstrap.py.
set -eu
cd "$(dirname "$0")/.."
for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" tools/bootstrap.py "$@"
    fi
done
echo "Guichet needs Python 3.11 or later; none was found." >&2
echo "Guichet a besoin de Python 3.11 ou plus récent ; aucun n’a été trouvé." >&2
exit 1
