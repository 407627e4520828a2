"""A course folder as nbgrader lays it out, and the release of a problem set into it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from mlelib.assign.sources import ProblemSet

CONFIG = """\
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "mle"
c.OverwriteCells.add_missing_cells = True  # a student may have deleted a test
c.Execute.timeout = 60  # seconds for a cell
"""


@dataclass(frozen=True)
class Course:
    """The folder with `source`, `release`, `submitted`, `autograded` and the gradebook."""

    folder: Path

    @property
    def gradebook(self) -> Path:
        return self.folder / "gradebook.db"

    def nbgrader(
        self,
        *arguments: str,
        timeout: float | None = None,
        limits: str = ":",
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of nbgrader's in the folder, in a session of its own; its words in stdout.

        `limits` are words for the shell that starts it. `subprocess.TimeoutExpired` if it takes
        longer than `timeout` seconds; then nothing that it started is left.
        """
        scripts = Path(sys.executable).parent  # nbgrader calls alembic by its name
        limited = ("sh", "-c", f'{limits} && exec "$@"', "sh")
        with subprocess.Popen(
            [*limited, sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env=os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=timeout)
            except BaseException:
                os.killpg(process.pid, 9)
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, said)

    def release(self, problems: ProblemSet, seed: int, force: bool = False) -> Path:
        """Put a problem set into the course; the notebook for the students.

        Raises
        ------
        FileExistsError
            If it is there already, unless `force`.
        RuntimeError
            If nbgrader cannot make the students' version.
        """
        source = self.folder / "source" / problems.name / f"{problems.name}.ipynb"
        if source.exists() and not force:
            raise FileExistsError(f"{source} is there already: give another --out, or --force")
        source.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(problems.notebook(seed), source)
        config = self.folder / "nbgrader_config.py"
        if not config.exists():
            config.write_text(CONFIG, encoding="utf-8")
        done = self.nbgrader("generate_assignment", problems.name, "--force")
        if done.returncode:
            raise RuntimeError(f"nbgrader could not release {problems.name}:\n{done.stdout}")
        return self._students(problems.name)

    def released(self, problems: str) -> NotebookNode:
        """What students got."""
        return nbformat.read(self._students(problems), as_version=4)

    def _students(self, problems: str) -> Path:
        return self.folder / "release" / problems / f"{problems}.ipynb"
