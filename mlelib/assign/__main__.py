"""`python -m mlelib.assign`: list, release, grade, links."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mlelib.assign import links, tables
from mlelib.assign.course import Course
from mlelib.assign.grading import Limits, grade
from mlelib.assign.sources import problem_set, problem_sets


def show_list(_: argparse.Namespace) -> None:
    for each in problem_sets():
        about = each.about
        print(
            f"{about['chapter']}  {each.name:11} {each.points} points, "
            f"about {about['minutes']:3} minutes  {about['title']}"
        )


def release(arguments: argparse.Namespace) -> None:
    course = Course(arguments.out)
    notebook = course.release(problem_set(arguments.chapter), arguments.seed, arguments.force)
    print(f"For students: {notebook}")
    print(f"Solutions, hidden tests and rubrics: {course.folder / 'source'}")


def grade_folder(arguments: argparse.Namespace) -> None:
    course = Course(arguments.release)
    problems = _released(course, arguments.chapter)
    limits = Limits(arguments.seconds, arguments.megabytes * 2**20)

    def report(done: int, total: int, what: str) -> None:
        print(f"[{done}/{total}] {what}", flush=True)

    tables.check_absent(arguments.csv, arguments.force)
    batch = list(grade(arguments.submissions, course, problems, limits, report))
    for file in tables.write(batch, problems, arguments.csv):
        print(file)
    if any(not each.scores for each in batch):
        sys.exit("Not all submissions could be graded: see the column status.")


def _released(course: Course, chapter: str | None) -> str:
    if chapter:
        return problem_set(chapter).name
    found = sorted(each.name for each in (course.folder / "source").glob("*") if each.is_dir())
    if len(found) != 1:
        raise ValueError(f"--release must hold one problem set, or give --chapter; found {found}")
    return found[0]


def show_links(arguments: argparse.Namespace) -> None:
    for line in links.listed(arguments.hub):
        print(line)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m mlelib.assign", description=DESCRIPTION)
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("list", help="show the problem sets")
    command.set_defaults(run=show_list)

    command = commands.add_parser(
        "release",
        help="make the notebook that students get",
        description="Make a chapter's problem set with its numbers drawn from a seed of yours: a "
        "course folder as nbgrader lays it out, solutions and hidden tests in source/, the "
        "students' notebook in release/.",
    )
    command.add_argument("chapter", metavar="CHAPTER", help="its number or its name, see list")
    command.add_argument("--seed", type=int, required=True, help="a new one each time you teach it")
    command.add_argument("--out", type=Path, required=True, help="the course folder")
    command.add_argument("--force", action="store_true", help="replace what is there")
    command.set_defaults(run=release)

    command = commands.add_parser(
        "grade",
        help="grade a folder of submissions",
        description="Grade STUDENT.ipynb, or the notebook in the folder STUDENT, for each student. "
        "This is no sandbox: submissions run with your rights. Use a container or a spare account.",
    )
    command.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    command.add_argument("--release", type=Path, required=True, help="the course folder")
    command.add_argument("--csv", type=Path, required=True, help="the table to write")
    command.add_argument("--chapter", help="if the course folder holds several problem sets")
    command.add_argument("--seconds", type=int, default=Limits.seconds, help="for a submission")
    command.add_argument("--megabytes", type=int, default=Limits.memory >> 20, help="of memory")
    command.add_argument("--force", action="store_true", help="replace the table")
    command.set_defaults(run=grade_folder)

    command = commands.add_parser("links", help="show what to link to and to embed, by chapter")
    command.add_argument("--hub", help="a JupyterHub's address, for nbgitpuller links")
    command.set_defaults(run=show_links)
    return top


DESCRIPTION = "Problem sets for the chapters of Deep Learning Is Maximum Likelihood."


def main(words: Sequence[str] | None = None) -> None:
    arguments = parser().parse_args(words)
    try:
        arguments.run(arguments)
    except (ValueError, OSError, RuntimeError) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
