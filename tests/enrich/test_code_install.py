"""A package's install step makes the code of the file that it names run at install.

Spec: evenhand.enrich.code_install.
"""

from __future__ import annotations

import json
from pathlib import Path

from evenhand.limits import Limits
from evenhand.pipeline import read

CODE = "eval(Buffer.from('Y29uc29sZS5sb2coMSk7', 'base64').toString());\n"


def test_the_file_that_an_install_step_names_runs_at_install(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "scripts").mkdir(parents=True)
    step = {"name": "sample", "version": "1", "scripts": {"postinstall": "node ./scripts/setup"}}
    (package / "package.json").write_text(json.dumps(step))
    (package / "scripts" / "setup.js").write_text(CODE)
    (package / "index.js").write_text("// other\n" + CODE)
    evidence, _ = read([str(package)], Limits(), 1, lambda name: None)
    rows = evidence.connection.execute(
        "SELECT regexp_extract(path, '[^/]*$'), moment, strength FROM behaviour "
        "WHERE kind = 'decodes and runs' ORDER BY 1"
    ).fetchall()
    assert [(name, moment) for name, moment, _ in rows] == [
        ("index.js", "at import"),
        ("setup.js", "at install"),
    ]
    assert rows[1][2] > rows[0][2]
