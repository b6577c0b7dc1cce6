"""Writes the public test suite of ARC as JSON, as tests/channels/arc keeps it.

The suite is ValiMail's (github.com/ValiMail/arc_test_suite, tests/arc-draft-validation-tests.yml), of 2018, under the licence
that lies beside it. Needs PyYAML, which nothing else here does:

    uv run --with pyyaml scripts/arc_suite.py arc-draft-validation-tests.yml > tests/channels/arc/validation-tests.json
"""

import json
import sys
from pathlib import Path

import yaml

SOURCE = "github.com/ValiMail/arc_test_suite, tests/arc-draft-validation-tests.yml; see LICENSE"

if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    scenarios = list(yaml.load_all(text, Loader=yaml.BaseLoader))  # everything stays text: t=12345, cv=None
    sys.stdout.write(json.dumps({"source": SOURCE, "scenarios": scenarios}, indent=1, ensure_ascii=False) + "\n")
