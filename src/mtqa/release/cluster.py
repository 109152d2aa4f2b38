"""Stages of a build on executors of datatrove: processes of one machine, Ray, Slurm. Needs ``mtqa[cluster]``.

The working folder (``.<release>.part``), the inputs and the corrections must be at the same place on every machine.
datatrove starts tasks and waits for them; whether a task was done is for mtqa's own files to say, which know what they
were made from.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib import import_module
from shutil import which
from typing import TYPE_CHECKING, Any

from mtqa.release.record import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mtqa.release.stage import ExecutorName, Stage
    from mtqa.settings import Cluster

_POLL = 5.0  # seconds between looks at a Slurm job
_AGAIN = "run the build again; what is done stays done."


class Task:
    """A stage as a step of a datatrove pipeline: the task of a rank."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __call__(self, data: object, rank: int = 0, world_size: int = 1) -> Iterator[object]:  # noqa: ARG002
        self.stage.run(rank)
        return iter(())


def on_cluster(executor: ExecutorName, settings: Cluster, logs: Path, jobs: int) -> Callable[[Stage], None]:
    """Runs the tasks of a stage on an executor of datatrove, ``jobs`` at a time (0: one per core of this machine)."""
    start = {"local": _local, "ray": _ray, "slurm": _slurm}[executor]
    module = _library(f"datatrove.executor.{executor}")
    if executor == "ray":
        _library("ray")
    if executor == "slurm" and not which("sbatch"):
        raise ReleaseError("there is no sbatch on this machine", remedy="start the build where jobs are submitted")

    def run(stage: Stage) -> None:
        folder = _fresh(logs, stage.name)
        try:
            started = start(module, stage, folder, settings, jobs)
        except (OSError, ReleaseError):
            raise
        except Exception as error:
            raise ReleaseError(
                f"the {executor} executor failed at {stage.name}: {type(error).__name__}: {error}",
                remedy=f"{_AGAIN} Logs: {folder}",
            ) from error
        if left := _undone(started):  # Ray and Slurm tell nobody
            raise ReleaseError(
                f"the {executor} executor left {left} of {stage.tasks} tasks of {stage.name} undone",
                remedy=f"{_AGAIN} Logs: {folder}",
            )

    return run


def _local(module: Any, stage: Stage, folder: Path, settings: Cluster, jobs: int) -> Any:  # noqa: ARG001
    workers = min(jobs or os.cpu_count() or 1, stage.tasks)
    executor = module.LocalPipelineExecutor(
        [Task(stage)], tasks=stage.tasks, workers=workers, logging_dir=str(folder), skip_completed=False
    )
    executor.run()
    return executor


def _ray(module: Any, stage: Stage, folder: Path, settings: Cluster, jobs: int) -> Any:
    ray = _library("ray")
    if not ray.is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody unasked
        ray.init(address=os.environ.get("RAY_ADDRESS"), log_to_driver=False, include_dashboard=False)
    executor = module.RayPipelineExecutor(
        [Task(stage)],
        tasks=stage.tasks,
        workers=min(jobs or os.cpu_count() or 1, stage.tasks),
        mem_per_cpu_gb=settings.memory,
        logging_dir=str(folder),
        skip_completed=False,
    )
    executor.run()
    return executor


def _slurm(module: Any, stage: Stage, folder: Path, settings: Cluster, jobs: int) -> Any:
    executor = module.SlurmPipelineExecutor(
        [Task(stage)],
        tasks=stage.tasks,
        time=settings.time,
        partition=settings.partition,
        mem_per_cpu_gb=settings.memory,
        workers=jobs or -1,
        job_name=f"mtqa-{stage.name}",
        env_command=settings.environment or f'export PATH="{os.path.dirname(sys.executable)}:$PATH"',  # noqa: PTH120
        sbatch_args=dict(settings.sbatch),
        logging_dir=str(folder),
        skip_completed=False,
        mail_type="NONE",
    )
    executor.run()
    while _undone(executor) and _is_queued(str(executor.job_id)):
        time.sleep(_POLL)
    if _undone(executor):
        time.sleep(_POLL)  # marks of the last tasks may not be seen at once
    return executor


def _undone(executor: Any) -> int:
    """The number of tasks that have left no mark in this run's logs."""
    return len(executor.get_incomplete_ranks(skip_completed=True))


def _is_queued(job: str) -> bool:
    """Whether Slurm still has tasks of a job, waiting or running."""
    command = ["squeue", "--noheader", "--jobs", job]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - names a number
    return bool(done.stdout.strip())


def _fresh(logs: Path, name: str) -> Path:
    """A folder for the logs of one run: marks of earlier runs say nothing about this one."""
    number = len(list(logs.glob(f"{name}-*"))) if logs.exists() else 0
    folder = logs / f"{name}-{number:03}"
    folder.mkdir(parents=True)
    return folder


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ReleaseError(
            f"executors need {error.name or name}, which is not installed",
            remedy="python -m pip install 'mtqa[cluster]'",
        ) from error
