"""Reads our reports with other people's readers: an XSD validator, junitparser, sarif-tools."""

import argparse
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import junitparser
from lxml import etree
from sarif import loader

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
XSD = etree.XMLSchema(etree.parse(str(HERE / "schemas" / "junit-10.xsd")))
TABLES = 'CREATE TABLE "ö & <t>" (id INTEGER PRIMARY KEY); CREATE TABLE deals (id INTEGER)'


def run(lawbook, project, *options):
    """Returns the exit code, and the report in each format."""
    formats = {"json": "r.json", "junit": "r.xml", "sarif": "r.sarif"}
    reports = [f"--report={name}={file}" for name, file in formats.items()]
    command = [lawbook, "check", "--show-unknown", *options, *reports]
    code = subprocess.run(command, cwd=project, capture_output=True, timeout=60).returncode
    return code, {name: project / file for name, file in formats.items()}


def cases_of(path):
    """Returns (suite, case) of a report that is valid by the XSD and whose counts are those of its cases."""
    XSD.assertValid(etree.parse(str(path)))
    report = junitparser.JUnitXml.fromfile(str(path))
    cases = [(suite, case) for suite in report for case in suite]
    assert report.tests == len(cases)
    kinds = {
        "failures": junitparser.Failure,
        "errors": junitparser.Error,
        "skipped": junitparser.Skipped,
    }
    for suite in report:
        for name, kind in kinds.items():
            found = sum(isinstance(result, kind) for case in suite for result in case.result)
            assert getattr(suite, name) == found, (suite.name, name)
    names = {(case.classname, case.name) for _, case in cases}
    assert len(names) == len(cases), "readers keep one of two cases with the same name"
    return cases


def judge(lawbook, project, fail_on, *options):
    """Compares the reports of one run with what the JSON report says."""
    code, reports = run(lawbook, project, "--fail-on", fail_on, *options)
    truth = json.loads(reports["json"].read_text(encoding="utf-8"))
    severities = ["info", "warning", "error"]
    failing = severities[severities.index(fail_on) :]
    cases = cases_of(reports["junit"])
    failed = [case for _, case in cases for result in case.result if isinstance(result, junitparser.Failure)]
    errors = [case for _, case in cases for result in case.result if isinstance(result, junitparser.Error)]
    active = [finding for finding in truth["findings"] if not finding["excepted"]]
    expected = [finding for finding in active if finding["severity"] in failing]
    assert len(failed) == len(expected), (project.name, len(failed), len(expected))
    assert len(errors) == len(truth["problems"])
    assert code == (2 if truth["problems"] else 1 if expected else 0)
    for finding in expected:
        place = finding["path"] or finding["subject"]
        assert any(case.name.startswith(place) for case in failed), place

    sarif = loader.load_sarif_file(str(reports["sarif"]))
    assert sarif.get_result_count() == len(truth["findings"])
    levels = {"error": "error", "warning": "warning", "info": "note"}
    told = [(record["Code"], record["Severity"], str(record["Line"])) for record in sarif.get_records()]
    findings = truth["findings"]
    expected = [(finding["rule"], levels[finding["severity"]], str(finding["line"] or 1)) for finding in findings]
    assert sorted(told) == sorted(expected), (told, expected)
    return len(truth["findings"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lawbook", required=True)
    lawbook = parser.parse_args().lawbook
    projects = [HERE / "project", *sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())]
    with tempfile.TemporaryDirectory() as folder:
        for source in projects:
            project = pathlib.Path(folder) / source.name
            shutil.copytree(source, project)
            options = []
            if source.parent == HERE:
                sqlite3.connect(project / "main.db").executescript(TABLES)
            else:
                options.append("--offline")
            for fail_on in ["error", "info"]:
                count = judge(lawbook, project, fail_on, *options)
            judge(lawbook, project, "error", "--show-excepted", *options)
            print(f"{source.name}: {count} findings, the same for every reader")


if __name__ == "__main__":
    sys.exit(main())
