"""Runs the steps of our action, and of the workflows that `lawbook init` writes, one by one in a shell.

What GitHub and GitLab do around the steps is done here in a few lines: services, artifacts, results of jobs, the few
expressions that we use. Anything else in a workflow is an error, not something that is passed over.
"""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml
from common import ROOT, commit, environment, repository, run
from postgres import server

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]


class Job:
    """A job: its folder, its environment, and what became of it."""

    def __init__(self, folder, env, values):
        self.folder, self.values, self.failed, self.outputs = folder, values, False, {}
        self.scratch = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
        for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_PATH"):
            (self.scratch / name).touch()
            env = {**env, name: str(self.scratch / name)}
        self.env = {**env, "RUNNER_TEMP": str(self.scratch), "CI": "true"}
        self.log = ""

    def text(self, value):
        """Returns a value with its expressions put in."""
        return EXPRESSION.sub(lambda found: self.value(found[1]), str(value))

    def value(self, expression):
        if expression in self.values:
            return self.values[expression]
        if expression in self.outputs:
            return self.outputs[expression]
        raise SystemExit(f"what is ${{{{ {expression} }}}}?")

    def runs(self, step):
        condition = EXPRESSION.sub(r"\1", str(step.get("if", "success()")))
        parts = [part.strip() for part in condition.split("&&")]
        if not any(part in ("always()", "!cancelled()", "success()") for part in parts):
            parts.append("success()")
        return all(self.holds(part) for part in parts)

    def holds(self, part):
        if part in ("always()", "!cancelled()"):
            return True
        if part == "success()":
            return not self.failed
        compared = re.fullmatch(r"(\S+) (==|!=) '(.*)'", part)
        if not compared:
            raise SystemExit(f"what is {part}?")
        return (self.value(compared[1]) == compared[3]) == (compared[2] == "==")

    def step(self, step):
        """Runs a step of the shell; says whether it did what it should."""
        env = {**self.env, **{name: self.text(value) for name, value in step.get("env", {}).items()}}
        folder = self.folder / self.text(step.get("working-directory", "."))
        script = self.scratch / "step.sh"
        script.write_text(self.text(step["run"]))
        shell = BASH if step.get("shell") == "bash" else ["bash", "-e"]
        done = subprocess.run([*shell, str(script)], cwd=folder, env=env, capture_output=True, text=True, timeout=900)
        self.log += done.stdout + done.stderr
        self.failed |= done.returncode != 0
        for line in (self.scratch / "GITHUB_OUTPUT").read_text().splitlines():
            name, value = line.split("=", 1)
            self.outputs[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done.returncode


def use(job, step, artifacts):
    """Does what an action does, as far as our workflows need it."""
    name, options = step["uses"].split("@")[0], step.get("with", {})
    if name == "actions/checkout":
        return
    if name == "actions/setup-python":
        run([sys.executable, "-m", "venv", str(job.scratch / "python")], job.folder, job.env)
        job.env["PATH"] = f"{job.scratch / 'python' / 'bin'}:{job.env['PATH']}"
    elif name == "actions/upload-artifact":
        for file in list(job.folder.glob(options["path"])):
            shutil.move(file, artifacts / file.name)
    elif name == "actions/download-artifact":
        for file in artifacts.glob(options["pattern"]):
            shutil.copy(file, job.folder)
    else:
        raise SystemExit(f"what is {name}?")


def github(project, env, folder):
    """Runs the jobs of the workflow; returns what became of each, and the last job."""
    workflow = yaml.safe_load((project / ".github/workflows/lawbook.yml").read_text())
    artifacts = folder / "artifacts"
    artifacts.mkdir()
    results, jobs = {}, {}
    for name, job in workflow["jobs"].items():
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        if "always()" not in str(job.get("if")) and any(results[need] != "success" for need in needs):
            results[name] = "skipped"
            continue
        values = {"join(needs.*.result, ' ')": " ".join(results[need] for need in needs)}
        here = project
        if not any("checkout" in step.get("uses", "") for step in job["steps"]):
            here = folder / name
            here.mkdir()
        with contextlib.ExitStack() as stack:
            own = {key: str(value) for key, value in job.get("env", {}).items()}
            if "services" in job:
                variables = job["services"]["postgres"]["env"]
                port = stack.enter_context(server(variables["POSTGRES_PASSWORD"], variables["POSTGRES_DB"]))
                own = {key: value.replace("localhost:5432", f"127.0.0.1:{port}") for key, value in own.items()}
            jobs[name] = Job(here, {**env, **own, "GITHUB_BASE_REF": "main"}, values)
            for step in job["steps"]:
                if not jobs[name].runs(step):
                    continue
                if "uses" in step:
                    use(jobs[name], step, artifacts)
                else:
                    jobs[name].step(step)
        results[name] = "failure" if jobs[name].failed else "success"
    return results, jobs


def gitlab(project, env, folder):
    """Runs the jobs of GitLab's file; returns what became of each."""
    jobs = yaml.safe_load((project / ".gitlab/lawbook.gitlab-ci.yml").read_text())
    results = {}
    for name, job in jobs.items():
        if name.startswith("."):
            continue
        variables = {key: str(value) for key, value in job.get("variables", {}).items()}
        with contextlib.ExitStack() as stack:
            own = Job(project, {**env, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "main"}, {})
            if "services" in job:
                port = stack.enter_context(server(variables["POSTGRES_PASSWORD"], variables["POSTGRES_DB"]))
                variables = {
                    key: value.replace("postgres:5432", f"127.0.0.1:{port}") for key, value in variables.items()
                }
            use(own, {"uses": "actions/setup-python@image"}, None)
            own.env |= variables
            own.step({"run": "\n".join([*job.get("before_script", []), *job["script"]])})
        results[name] = ("failure" if own.failed else "success", own.log)
    return results


def project_of(source, folder, env, more=()):
    """Returns a repository with the project on a branch, as a review would see it."""
    project = folder / "project"
    repository(source, project, env)
    for path, text in more:
        (project / path).write_text(text)
    # What `origin/main` is to a checkout of a pull request.
    if more:
        commit(project, env, "more")
    run(["git", "update-ref", "refs/remotes/origin/main", "HEAD"], project, env)
    return project


def summary_of(jobs):
    return (jobs["summary"].scratch / "GITHUB_STEP_SUMMARY").read_text()


def of_example(name, expected, folder, env):
    project = project_of(ROOT / "examples" / name, folder, env)
    run(["lawbook", "init", "--ci", "github"], project, env)
    results, jobs = github(project, env, folder)
    told = "\n".join(job.log for job in jobs.values())
    assert results == expected, (results, told)
    assert summary_of(jobs).count("\n## ") + 1 >= 2, "laws and tables"
    assert ("::error file=backend/" in jobs["laws"].log) == (expected["laws"] == "failure"), told
    sarif = folder / "artifacts/lawbook-laws.sarif"
    assert sarif.is_file() and (folder / "artifacts/lawbook-tables.md").is_file()
    print(f"the workflow for GitHub, on {name}: {results}")


def of_example_at_gitlab(folder, env):
    project = project_of(ROOT / "examples/property-platform-clean", folder, env)
    run(["lawbook", "init", "--ci", "gitlab"], project, env)
    results = gitlab(project, env, folder)
    assert all(result == "success" for result, _ in results.values()), results
    assert (project / "lawbook.md").read_text().count("## ") >= 2
    assert (project / "lawbook-laws.json").is_file() and (project / "lawbook-tables.xml").is_file()
    print("the jobs for GitLab, on property-platform-clean:", {name: result for name, (result, _) in results.items()})


def of_public_project(folder, env):
    """Optuna as its wheel ships it, with itself as what its migrations need."""
    source = folder / "source"
    shutil.copytree(ROOT / "corpus/optuna", source)
    (source / ".complete").unlink(missing_ok=True)
    pinned = next(
        line.split()[1]
        for line in (ROOT / "tests/corpus/projects.txt").read_text().splitlines()
        if line.startswith("optuna ")
    )
    project = project_of(source, folder, env, [("requirements.txt", f"{pinned}\n")])
    run(["lawbook", "init", "--ci", "github"], project, env)
    results, jobs = github(project, env, folder)
    told = "\n".join(job.log for job in jobs.values())
    assert "Running upgrade" in told, told
    compared = (folder / "artifacts/lawbook-tables.md").read_text()
    assert "schema" in compared, compared
    # Its models know a table that no migration makes, which both jobs tell.
    assert r"trial\_heartbeats" in compared and "trial_heartbeats" in jobs["laws"].log
    assert compared in summary_of(jobs)
    print(f"the workflow for GitHub, on optuna: {results}; {compared.splitlines()[0]}")


def of_action(folder, env):
    """Our action, where Lawbook is installed already, on a project in a folder of its repository."""
    outer = folder / "outer"
    shutil.copytree(ROOT / "examples/property-platform", outer / "services/platform")
    project = repository(outer, folder / "project", env)
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    for args, code in [("--offline", "1"), ("--offline --fail-on off", "0"), ("--offline --rule no-such-rule", "2")]:
        values = {f"inputs.{name}": str(given.get("default", "")) for name, given in action["inputs"].items()}
        values |= {"inputs.version": "installed", "inputs.working-directory": "services/platform", "inputs.args": args}
        job = Job(project, env, values)
        for step in action["runs"]["steps"]:
            if job.runs(step):
                job.step(step)
        assert job.outputs["steps.check.outputs.exit-code"] == code, job.log
        assert job.failed == (code != "0")
        summary = (job.scratch / "GITHUB_STEP_SUMMARY").read_text()
        assert ("::error file=services/platform/backend/" in job.log) == (code != "2"), job.log
        assert ("## " in summary) == (code != "2"), summary
        assert job.outputs["steps.check.outputs.sarif-file"] == "services/platform/lawbook.sarif"
    print("our action: exit codes, annotations, summary and SARIF")


def main():
    failing = {"laws": "failure", "tables": "failure", "summary": "failure"}
    passing = {"laws": "success", "tables": "success", "summary": "success"}
    for test in [
        of_action,
        lambda folder, env: of_example("property-platform", failing, folder, env),
        lambda folder, env: of_example("property-platform-clean", passing, folder, env),
        of_example_at_gitlab,
        of_public_project,
    ]:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            test(folder, environment(folder))


if __name__ == "__main__":
    sys.exit(main())
