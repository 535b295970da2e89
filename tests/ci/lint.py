"""Holds our CI files, and those that `lawbook init` writes, against the published schemas and shellcheck."""

import pathlib
import re
import sys
import tempfile

import yaml
from common import ROOT, environment, repository, run

EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
# How GitHub's and GitLab's shells are told apart from ours: the variables that they set are assigned nowhere.
IGNORED = "SC2154"


def shellcheck(name, scripts, folder, env):
    for number, script in enumerate(scripts):
        file = folder / f"{number}.sh"
        file.write_text("#!/usr/bin/env bash\n" + EXPRESSION.sub("expression", script))
        run(["shellcheck", "--exclude", IGNORED, str(file)], folder, env)
    print(f"{name}: {len(scripts)} steps pass shellcheck")


def validate(schema, file, env):
    run(["check-jsonschema", "--builtin-schema", schema, str(file)], ROOT, env)


def steps(file):
    document = yaml.safe_load(file.read_text())
    lists = [document["runs"]["steps"]] if "runs" in document else [job["steps"] for job in document["jobs"].values()]
    return [step["run"] for list_ in lists for step in list_ if "run" in step]


def jobs(document):
    scripts = [job for name, job in document.items() if isinstance(job, dict) and "script" in job]
    return ["\n".join([*job.get("before_script", []), *job["script"]]) for job in scripts]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        env = environment(folder)
        validate("vendor.github-actions", ROOT / "action.yml", env)
        shellcheck("action.yml", steps(ROOT / "action.yml"), folder, env)
        template = (ROOT / "templates/lawbook.yml").read_text()
        inputs = yaml.safe_load(template.split("\n---\n")[0])["spec"]["inputs"]
        for input_, given in inputs.items():
            template = template.replace(f"$[[ inputs.{input_} ]]", given["default"])
        assert "$[[" not in template, "an input that is not declared"
        component = folder / "component.yml"
        component.write_text(template.split("\n---\n")[1])
        validate("vendor.gitlab-ci", component, env)
        shellcheck("templates/lawbook.yml", jobs(yaml.safe_load(component.read_text())), folder, env)
        sources = [
            *sorted((ROOT / "examples").iterdir()),
            ROOT / "tests/projects/plain",
            ROOT / "tests/reporters/project",
        ]
        for source in sources:
            project = repository(source, folder / source.name, env)
            run(["lawbook", "init", "--ci", "github"], project, env)
            run(["lawbook", "init", "--ci", "gitlab"], project, env)
            workflow, included = project / ".github/workflows/lawbook.yml", project / ".gitlab/lawbook.gitlab-ci.yml"
            validate("vendor.github-workflows", workflow, env)
            validate("vendor.gitlab-ci", included, env)
            scripts = steps(workflow) + jobs(yaml.safe_load(included.read_text()))
            shellcheck(f"init in {source.name}", scripts, folder, env)


if __name__ == "__main__":
    sys.exit(main())
