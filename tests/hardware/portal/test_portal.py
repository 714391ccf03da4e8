"""``pynn-sfdfa portal`` against a local server with the platform's documented requests."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from job_service import TOKEN, running

from pynn_sfdfa.cli import main
from pynn_sfdfa.hardware.portal.client import PortalClient
from pynn_sfdfa.hardware.portal.errors import NoAnswerError, PortalError, RefusedError
from pynn_sfdfa.hardware.portal.polling import wait
from pynn_sfdfa.hardware.portal.tokens import find_token


@pytest.fixture
def service():
    with running() as started:
        yield started


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An own home folder, to see that nothing is written there, and a token in the environment."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EBRAINS_TOKEN", TOKEN)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "home"
    assert list((tmp_path / "home").iterdir()) == []


@pytest.fixture
def application(monkeypatch):
    """As if the application for boards had been built."""
    monkeypatch.setattr("pynn_sfdfa.hardware.board.doctor.board_application", lambda: "lif_sfdfa.aplx")


def portal(*arguments, service=None):
    where = ["--service", service.address] if service else []
    return CliRunner().invoke(main, ["portal", *map(str, arguments), *where])


@pytest.mark.usefixtures("application")
def test_submit_sends_the_job(service):
    done = portal("submit", "digits-online", "--collab", "my-collab", "--set", "training.epochs=2", service=service)
    assert done.exit_code == 0, done.output
    (number,) = service.jobs
    sent = service.jobs[number]
    assert sent["collab"] == "my-collab"
    assert sent["hardware_platform"] == "SpiNNaker"
    assert sent["command"] == "run.py {system}"
    assert "epochs = 2" in sent["code"]
    assert any(requirement.startswith("numba") for requirement in sent["hardware_config"]["extra_pip_installs"])
    assert sent["hardware_config"]["spynnaker_version"] == "1!7.4.1"
    assert f"portal status {number} --wait" in done.output


def test_an_experiment_without_its_application_is_not_sent(service):
    done = portal("submit", "digits-online", "--collab", "c", service=service)
    assert done.exit_code == 1
    assert "has not been built here" in done.output
    assert service.requests == []


@pytest.mark.usefixtures("application")
def test_what_cores_cannot_learn_is_not_sent_and_every_reason_is_told(service):
    done = portal("submit", "mnist-best", "--collab", "c", service=service)
    assert done.exit_code == 2
    assert "mnist-best cannot learn on the cores like this:\n- " in done.output
    assert "The optimizer adam keeps state at each synapse; choose sgd." in done.output
    assert "weights change after each trial; choose 1" in done.output
    assert service.requests == []


def test_a_script_needs_no_application(service, tmp_path):
    (tmp_path / "script.py").write_text("pass")
    done = portal("submit", tmp_path / "script.py", "--collab", "c", service=service)
    assert done.exit_code == 0, done.output
    assert len(service.jobs) == 1


@pytest.mark.usefixtures("application")
def test_the_token_is_nowhere_but_in_the_request(service, tmp_path):
    done = portal("submit", "digits-online", "--collab", "c", service=service)
    assert done.exit_code == 0
    assert TOKEN not in done.output
    assert TOKEN not in json.dumps(service.jobs)
    assert TOKEN not in repr(PortalClient(TOKEN, service.address))
    assert [authorization for _, _, authorization in service.requests] == [f"Bearer {TOKEN}"]
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and TOKEN in file.read_text(errors="ignore")]


def test_a_dry_run_sends_nothing(service, monkeypatch):
    monkeypatch.delenv("EBRAINS_TOKEN")
    done = portal("submit", "digits-online", "--collab", "c", "--dry-run", service=service)
    assert done.exit_code == 0, done.output
    assert "nothing was sent" in done.output
    assert "extra_pip_installs" in done.output
    assert service.requests == []


def test_without_a_token_it_says_where_to_put_one(service, monkeypatch):
    monkeypatch.setenv("EBRAINS_TOKEN", "  ")
    monkeypatch.setitem(sys.modules, "keyring", None)
    done = portal("status", 5, service=service)
    assert done.exit_code == 2
    assert "Set EBRAINS_TOKEN" in done.output
    assert service.requests == []


def test_a_token_in_the_keyring_is_found(monkeypatch, tmp_path):
    module = tmp_path / "keyring.py"
    module.write_text(
        "class errors:\n    class KeyringError(Exception): pass\n"
        "def get_password(service, user):\n"
        "    if user != 'ebrains': raise errors.KeyringError('locked')\n"
        "    return {'pynn-sfdfa': 'from-keyring'}[service]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("EBRAINS_TOKEN")
    assert find_token() == "from-keyring"
    monkeypatch.setattr("pynn_sfdfa.hardware.portal.tokens._USER", "another")
    with pytest.raises(PortalError, match="locked.*set EBRAINS_TOKEN"):
        find_token()


@pytest.mark.usefixtures("application")
def test_a_refused_token(service, monkeypatch):
    monkeypatch.setenv("EBRAINS_TOKEN", "expired")
    done = portal("submit", "digits-online", "--collab", "c", service=service)
    assert done.exit_code == 1
    assert "refused the access token (401: invalid_token)" in done.output
    assert "expired" not in done.output
    assert service.jobs == {}


def test_status(service):
    service.add(7, ["running"])
    assert portal("status", 7, service=service).output == "job 7 is running\n"
    unknown = portal("status", 8, service=service)
    assert unknown.exit_code == 1
    assert "knows no job 8" in unknown.output


def test_a_failed_job_shows_the_end_of_its_log(service):
    log = "\n".join(f"line {k}" for k in range(40))
    service.add(7, ["error"], log=log)
    done = portal("status", 7, service=service)
    assert done.exit_code == 1
    assert "line 39" in done.output
    assert "line 20\n" not in done.output


def test_waiting_survives_silence_and_trouble(service):
    service.add(7, ["submitted", "running", "finished"])
    client = PortalClient(TOKEN, service.address, timeout=0.2)
    service.troubles = [503, 0.5]
    told, slept = [], []
    job = wait(lambda: client.job(7), told.append, interval=1.0, sleep=slept.append)
    assert job["status"] == "finished"
    assert "in trouble (503: in trouble)" in told[0]
    assert "did not answer within 0.2 s" in told[1]
    assert told[-1] == "job 7 is finished"
    assert slept[:3] == [2.0, 4.0, 1.0]  # seconds; patient while there is no answer, then as before


def test_waiting_ends_when_nobody_answers():
    asked = []

    def silent():
        asked.append(1)
        raise NoAnswerError("Silence.")

    with pytest.raises(NoAnswerError):
        wait(silent, lambda line: None, sleep=lambda seconds: None)
    assert len(asked) == 10


def test_waiting_does_not_go_on_with_a_refused_token(service):
    service.add(7, ["running"])
    client = PortalClient("wrong", service.address)
    with pytest.raises(RefusedError):
        wait(lambda: client.job(7), lambda line: None, sleep=lambda seconds: None)
    assert len(service.requests) == 1


def test_ctrl_c_while_waiting_says_how_to_go_on(service, monkeypatch):
    service.add(7, ["running"])

    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("pynn_sfdfa.hardware.portal.polling.wait", interrupt)
    done = portal("status", 7, "--wait", service=service)
    assert done.exit_code == 130
    assert "portal status 7 --wait" in done.output


def test_nobody_there():
    done = CliRunner().invoke(main, ["portal", "status", "7", "--service", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "cannot be reached" in done.output


def test_another_server_than_the_job_service(service):
    service.files["/jobs/7?with_log=true&with_comments=true"] = b"<html>"
    done = portal("status", 7, service=service)
    assert done.exit_code == 1
    assert "no JSON" in done.output


def finished(service, paths, number=7):
    service.files |= {f"/data/{k}": f"content of {path}".encode() for k, path in enumerate(paths)}
    files = [{"url": f"{service.address}/data/{k}", "path": path} for k, path in enumerate(paths)]
    return service.add(number, ["finished"], log="all went well", output_data={"files": files}, code="secret")


def test_fetch_gives_an_ordinary_folder(service):
    finished(service, ["job_7/results/config.toml", "job_7/results/best.safetensors", "job_7/provenance/report.txt"])
    done = portal("fetch", 7, "--out", "runs/mine", service=service)
    assert done.exit_code == 0, done.output
    out = Path("runs/mine")
    assert (out / "config.toml").read_text() == "content of job_7/results/config.toml"
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == {
        "config.toml", "best.safetensors", "provenance/report.txt", "job.json", "job.log",
    }  # fmt: skip
    assert (out / "job.log").read_text() == "all went well"
    assert "code" not in json.loads((out / "job.json").read_text())


@pytest.mark.parametrize("path", ["../../outside", "a/../../b", "results/..", ""])
def test_fetch_writes_nothing_outside_its_folder(service, path):
    finished(service, ["results/config.toml", path])
    done = portal("fetch", 7, "--out", "mine", service=service)
    assert done.exit_code == 1
    assert "does not belong" in done.output
    assert not list(Path().glob("*mine*"))


def test_a_download_that_breaks_leaves_nothing(service):
    finished(service, ["results/a", "results/b"])
    del service.files["/data/1"]
    done = portal("fetch", 7, "--out", "mine", service=service)
    assert done.exit_code == 1
    assert not list(Path().glob("*mine*"))


def test_fetch_waits_for_nothing_and_replaces_nothing(service):
    service.add(8, ["running"])
    done = portal("fetch", 8, service=service)
    assert done.exit_code == 1
    assert "Job 8 is running" in done.output
    finished(service, ["results/a"])
    Path("mine").mkdir()
    done = portal("fetch", 7, "--out", "mine", service=service)
    assert done.exit_code == 1
    assert "exists already" in done.output


def test_other_servers_do_not_get_the_token(service):
    with running() as elsewhere:
        elsewhere.files["/a"] = b"content"
        assert PortalClient(TOKEN, service.address).download(f"{elsewhere.address}/a") == b"content"
        assert elsewhere.requests == [("GET", "/a", None)]


def test_without_the_client_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "nmpi", None)
    for arguments in (["submit", "digits-online", "--collab", "c"], ["status", "7"]):
        done = CliRunner().invoke(main, ["portal", *arguments])
        assert done.exit_code == 2
        assert "pynn-sfdfa[portal]" in done.output


JOB = {"id": 7, "status": "finished", "log": "", "output_data": {"files": []}}


def answer(service, content):
    """Have the platform describe job 7 in this way."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    service.files["/jobs/7?with_log=true&with_comments=true"] = text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "with a list where a job should be"),
        ("finished", "with text where a job should be"),
        (None, "with nothing where a job should be"),
        (5, "with a number where a job should be"),
        ({}, "with a job that has no status"),
        ({"status": None}, "with a job whose status is nothing, not text"),
        ({"status": "finished", "log": ["line"]}, "with a job whose log is a list, not text"),
        (b"[" * 100_000 + b"]" * 100_000, "JSON of more than 50 objects within each other"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "JSON of more than 50 objects within each other"),
        (b'{"status": ' + b"9" * 5000 + b"}", "no JSON that can be read"),
        (b"\xff\xfe", "no JSON that can be read"),
        (b"", "no JSON that can be read"),
    ],
)
@pytest.mark.parametrize("command", [["status", 7], ["status", 7, "--wait"], ["fetch", 7]])
def test_an_answer_that_is_none_of_a_job_service_is_told_in_a_sentence(service, command, content, told):
    answer(service, content)
    done = portal(*command, service=service)
    assert done.exit_code == 1, done.output
    assert told in done.output
    assert done.output.count("\n") == 1
    assert not list(Path().glob("runs*"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "with a list where a submitted job should be"),
        ({}, "with a submitted job that has no resource_uri"),
        ({"resource_uri": 7}, "whose resource_uri is a number, not text"),
        ({"resource_uri": "/jobs/x"}, "whose address, /jobs/x, ends with no number"),
        ({"resource_uri": "/jobs/7\n\x1b[2J"}, "ends with no number"),
    ],
)
def test_a_submission_that_is_not_confirmed_is_told_in_a_sentence(service, tmp_path, content, told):
    (tmp_path / "script.py").write_text("pass")
    service.files["/jobs/"] = json.dumps(content).encode()
    done = portal("submit", tmp_path / "script.py", "--collab", "c", "--wait", service=service)
    assert done.exit_code == 1, done.output
    assert told in done.output
    assert "\x1b" not in done.output


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ([], "with a list where the job's output should be"),
        ({"files": {}}, "with an object where the list of the job's files should be"),
        ({"files": ["results/a"]}, "with text where a file of the job should be"),
        ({"files": [{"path": "results/a"}]}, "with a file of the job that has no url"),
        ({"files": [{"path": 1, "url": "x"}]}, "with a file of the job whose path is a number, not text"),
        ({"files": [{"path": "a", "url": "file:///etc/passwd"}]}, "file:///etc/passwd, which is no address on the web"),
        ({"files": [{"path": "a", "url": "http://\ud800"}]}, "no address on the web|cannot be reached"),
        ({"files": [{"path": "a", "url": "http://[/"}]}, "no address on the web|cannot be reached"),
        ({"files": [{"path": "results/\0", "url": "x"}]}, r"a file 'results/\\x00', which does not belong"),
        ({"files": [{"path": "results/\ud800", "url": "x"}]}, r"a file 'results/\\ud800', which does not belong"),
        ({"files": [{"path": "a/" * 100_000, "url": "x"}]}, "which does not belong"),
        ({"files": [{"path": "a" * 300, "url": "SERVICE/data"}]}, "cannot be kept in runs/job-7: File name too long"),
    ],
)
def test_results_that_are_none_are_told_in_a_sentence_and_leave_nothing(service, output, told):
    service.files["/data"] = b"content"
    answer(service, json.dumps(JOB | {"output_data": output}).replace("SERVICE", service.address).encode())
    done = portal("fetch", 7, service=service)
    assert done.exit_code == 1, done.output
    assert re.search(told, done.output), done.output
    assert len(done.output) < 500
    assert not list(Path().glob("runs*"))


def test_results_whose_places_are_taken_are_kept_beside(service):
    paths = [
        "job_7/a",
        "job_7/results/a",
        "job_7/results/b",
        "job_7/b/c",
        "job_7/results/job.json",
        "results/job.log/x",
    ]
    finished(service, paths)
    done = portal("fetch", 7, "--out", "mine", service=service)
    assert done.exit_code == 0, done.output
    found = {str(path.relative_to("mine")): path.read_text() for path in Path("mine").rglob("*") if path.is_file()}
    assert found.pop("job.log") == "all went well"
    assert json.loads(found.pop("job.json"))["id"] == 7
    assert found == {
        "a": "content of job_7/results/a",
        "b": "content of job_7/results/b",
        "job-files/a": "content of job_7/a",
        "job-files/b/c": "content of job_7/b/c",
        "job-files/results/job.json": "content of job_7/results/job.json",
        "job-files/results/job.log/x": "content of results/job.log/x",
    }


def test_results_that_would_be_one_file_are_refused(service):
    finished(service, ["results/a", "/job_7/results/./a", "results//a"])
    done = portal("fetch", 7, "--out", "mine", service=service)
    assert done.exit_code == 1
    assert "two files that would both be job-files/results/a; nothing was downloaded" in done.output
    assert not list(Path().glob("*mine*"))


def test_results_that_are_one_file_on_this_file_system_are_refused(service, monkeypatch):
    """As if it did not tell small letters from large ones."""
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *a, **k: opened(path.with_name(path.name.lower()), *a, **k))
    finished(service, ["results/a", "results/A"])
    done = portal("fetch", 7, "--out", "runs/mine", service=service)
    assert done.exit_code == 1
    assert "cannot be kept in runs/mine: File exists; nothing is left" in done.output
    assert not list(Path().glob("runs*"))


def test_what_the_platform_says_cannot_command_the_terminal(service):
    answer(service, JOB | {"status": "run\x1b[2Jning\n\ud800" + "x" * 1000})
    done = portal("status", 7, service=service)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(r"job 7 is run\x1b[2Jning\n\ud800xxx")
    assert len(done.output) < 250
    answer(service, JOB | {"status": "error", "log": "\x1b]0;title\x07\n" + "y" * 100_000})
    done = portal("status", 7, service=service)
    assert done.exit_code == 1
    assert "\x1b" not in done.output
    assert len(done.output) < 1000


def test_a_log_that_is_no_unicode_is_kept(service):
    answer(service, JOB | {"log": "a\ud800b"})
    assert portal("fetch", 7, "--out", "mine", service=service).exit_code == 0
    assert Path("mine/job.log").read_text() == r"a\ud800b"


@pytest.mark.parametrize("address", ["nonsense", "ftp://host", "http://", "http://[", "http://host:x", "\ud800"])
def test_an_address_that_is_none_of_a_service(address):
    done = CliRunner().invoke(main, ["portal", "status", "7", "--service", address])
    assert done.exit_code == 2, done.output
    assert "is no address of a job service; one is https://" in done.output


@pytest.mark.parametrize("token", ["two words", "a\nb", "é", "\udcff"])
def test_what_is_no_token_is_neither_sent_nor_shown(service, monkeypatch, token):
    monkeypatch.setitem(os.environ, "EBRAINS_TOKEN", token)
    done = portal("status", 7, service=service)
    assert done.exit_code == 2
    assert "is no access token" in done.output
    assert token not in done.output
    assert service.requests == []


@pytest.mark.parametrize(
    ("command", "limit", "address"),
    [("status", "MOST_SAID", "jobs/7.*"), ("fetch", "MOST_SAID", "jobs/7.*"), ("fetch", "MOST_OF_A_FILE", "data/0")],
)
def test_an_answer_that_is_too_long_is_not_read_to_its_end(service, monkeypatch, command, limit, address):
    finished(service, ["results/a"])
    service.jobs[7]["log"] = "x" * 5000 if limit == "MOST_SAID" else ""
    service.files["/data/0"] = b"x" * 5000
    monkeypatch.setattr(f"pynn_sfdfa.hardware.portal.client.{limit}", 4000)
    done = portal(command, 7, service=service)
    assert done.exit_code == 1, done.output
    assert re.fullmatch(rf"Error: .*/{address} answered with more than 4,000 bytes; it was not read on.\n", done.output)
    assert not list(Path().glob("runs*"))


def test_an_answer_without_end_is_given_up(service, monkeypatch):
    monkeypatch.setattr("pynn_sfdfa.hardware.portal.client.MOST_OF_A_FILE", 1 << 20)
    service.endless.add("/a")
    with pytest.raises(PortalError, match="/a answered with more than 1,048,576 bytes"):
        PortalClient(TOKEN, service.address).download(f"{service.address}/a")


@pytest.mark.parametrize(
    "begin", [b"HTTP/1.1 200 OK\r\nX-Head: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"]
)
def test_an_answer_that_drips_is_given_up(service, monkeypatch, begin):
    """Each byte comes well within the time-out of a read, in the headers or in the content; the whole does not."""
    monkeypatch.setattr("pynn_sfdfa.hardware.portal.client.LONGEST_ANSWER", 0.5)
    monkeypatch.setattr("pynn_sfdfa.hardware.portal.client.LONGEST_FILE", 0.25)
    job, file = "/jobs/7?with_log=true&with_comments=true", "/data/0"
    service.dripping = {job: begin, file: begin}
    started = time.monotonic()
    done = portal("status", 7, service=service)
    assert done.exit_code == 1
    assert "has not answered to the end within 0.5 s: it is too slow, or says too much; try again later." in done.output
    del service.dripping[job]
    finished(service, ["results/a"])
    done = portal("fetch", 7, "--out", "mine", service=service)
    assert done.exit_code == 1
    assert "within 0.25 s" in done.output
    assert not list(Path().glob("*mine*"))
    assert time.monotonic() - started < 3.0


def test_a_redirection_is_followed_whatever_comes_with_it(service):
    service.endless.add("/a")
    service.moved["/a"], service.files["/b"] = "/b", b"content"
    assert PortalClient(TOKEN, service.address).download(f"{service.address}/a") == b"content"
