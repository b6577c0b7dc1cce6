"""Writes the public test suite of RFC 7208 as JSON, as tests/channels/spf keeps it.

The suite is openspf.org's, release 2014.04 with later additions, under the licence that lies beside it. It is published
with pyspf (github.com/sdgathman/pyspf), as test/rfc7208-tests.yml. Needs PyYAML, which nothing else here does:

    uv run --with pyyaml scripts/spf_suite.py rfc7208-tests.yml > tests/channels/spf/rfc7208-tests.json
"""

import json
import sys
from pathlib import Path

import yaml

SOURCE = "openspf.org test suite for RFC 7208, as published with pyspf; see LICENSE"

if __name__ == "__main__":
    scenarios = list(yaml.safe_load_all(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(json.dumps({"source": SOURCE, "scenarios": scenarios}, indent=1, ensure_ascii=False) + "\n")
