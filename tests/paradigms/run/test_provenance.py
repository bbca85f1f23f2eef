"""The recorded commit is ours or unknown, and asking for it runs nothing that is configured."""

import os
import subprocess

import pytest

from paradigms.run.provenance import _commit_of, git_commit

SETUP = "[metadata]\nname = astrogram\n"


def git(folder, *arguments):
    """Run git as a user would, with no configuration of this machine."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository with one commit, whose configuration names a program."""
    root = tmp_path / "repository"
    (root / "models").mkdir(parents=True)
    (root / "models" / "file.py").write_text("x = 1\n")
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "theirs")
    return root


@pytest.fixture
def planted(tmp_path):
    """A program that leaves a trace when it is run."""
    program = tmp_path / "planted.sh"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path / 'ran'}'\nexit 1\n")
    program.chmod(0o755)
    return program


def ran(planted):
    return (planted.parent / "ran").exists()


def test_our_own_checkout_has_its_commit_and_runs_no_monitor(repository, planted):
    (repository / "setup.cfg").write_text(SETUP)
    git(repository, "add", "setup.cfg")
    git(repository, "commit", "--quiet", "-m", "ours")
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "config", "core.fsmonitor", str(planted))
    assert _commit_of(repository) == commit
    (repository / "models" / "file.py").write_text("x = 2, which is longer\n")
    assert _commit_of(repository) == f"{commit}-dirty"
    assert not ran(planted)
    git(repository, "status")
    assert ran(planted)  # the trap is one


@pytest.mark.parametrize("inside", [".", "venv/lib/python3/site-packages", "models"])
def test_a_copy_inside_somebody_elses_repository_has_no_commit(repository, planted, inside):
    git(repository, "config", "core.fsmonitor", str(planted))
    root = repository / inside
    root.mkdir(parents=True, exist_ok=True)
    if inside != ".":
        (root / "setup.cfg").write_text(SETUP)  # ours, but not the top of a checkout
    assert _commit_of(root) == "unknown"
    assert not ran(planted)


def test_the_callers_environment_leads_to_no_other_repository(repository, planted, monkeypatch,
                                                              tmp_path):  # fmt: skip
    (repository / "setup.cfg").write_text(SETUP)
    commit = git(repository, "rev-parse", "HEAD")
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    configuration = tmp_path / "gitconfig"
    configuration.write_text(f"[core]\n\tfsmonitor = {planted}\n")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(planted))
    assert _commit_of(repository) == commit
    assert not ran(planted)


def test_damaged_or_absent_repositories_are_unknown(tmp_path):
    assert _commit_of(tmp_path) == "unknown"
    (tmp_path / "setup.cfg").write_bytes(b"\xff\xfe")
    assert _commit_of(tmp_path) == "unknown"
    (tmp_path / "setup.cfg").write_text(SETUP)
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert _commit_of(tmp_path) == "unknown"


def test_without_git_it_is_unknown(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert git_commit() == "unknown"
