"""docker-compose.yml as it stands: nothing open, nothing unpinned, nothing without a check."""

import re
import shutil
import stat
import subprocess
import sys
import tomllib
from ipaddress import ip_address, ip_network

import pytest

from scripts import make_env
from tests.compose.native import FILE, ROOT, VARIABLE, compose, env_of, filled

SERVICES = compose()["services"]
ONCE = {name for name, one in SERVICES.items() if one.get("restart") == "no"}
OURS = [name for name, one in SERVICES.items() if one["image"].startswith("commonwatt:")]
CONDITIONS = {"service_healthy", "service_completed_successfully"}


@pytest.fixture
def env(tmp_path):
    path = tmp_path / ".env"
    assert make_env.main(path) == 0
    return path


def test_every_variable_has_an_entry_and_every_entry_is_used(env):
    used = set(VARIABLE.findall(FILE.read_text(encoding="utf-8")))

    assert used == set(env_of(env))


def test_nothing_but_plain_references_is_asked_of_compose():
    lines = [line.split(" #")[0] for line in FILE.read_text(encoding="utf-8").splitlines()]
    rest = VARIABLE.sub("", "\n".join(lines)).replace("$$", "")

    assert "$" not in rest


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_is_there_and_comes_to_be(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how["condition"] in CONDITIONS
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert other in ONCE


@pytest.mark.parametrize("name", SERVICES)
def test_what_goes_on_has_a_health_check_and_is_started_again(name):
    service = SERVICES[name]
    if name in ONCE:
        assert "healthcheck" not in service
    else:
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert service["restart"] == "unless-stopped"


def test_images_are_pinned_and_ours_is_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    images = {one["image"] for one in SERVICES.values()}

    assert all(re.fullmatch(r"[\w./-]+:\d[\w.-]*\d", image) for image in images)
    assert {one["image"] for one in SERVICES.values() if "build" in one} == {
        f"commonwatt:{version}"
    }


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_on_this_machine_alone(name, env):
    for port in filled(SERVICES[name], env_of(env)).get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


@pytest.mark.parametrize("name", OURS)
def test_ours_have_no_rights_they_do_not_need(name):
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


def test_volumes_are_named_and_mounted_files_exist(env):
    named = set(compose()["volumes"])
    for service in SERVICES.values():
        for volume in filled(service, env_of(env)).get("volumes", []):
            source = volume.split(":")[0]
            assert source in named or (ROOT / source).exists(), volume


def test_no_secret_stands_in_the_file():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert VARIABLE.fullmatch(value), name
            assert not re.search(r"//\w+:(?!\$\{)[^@/]*@", str(value)), name


def test_passwords_are_new_each_time_and_only_the_owner_reads_them(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    made = [make_env.main(path) for path in (first, second)]
    one, other = env_of(first), env_of(second)

    assert made == [0, 0]
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    for name in make_env.PASSWORDS:
        assert re.fullmatch(r"[\w-]{32}", one[name])
        assert one[name] != other[name]
    assert len({one[name] for name in make_env.PASSWORDS}) == len(make_env.PASSWORDS)


def test_a_file_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / ".env"
    path.write_text("kept")
    script = [sys.executable, str(ROOT / "scripts" / "make_env.py"), str(path)]
    again = subprocess.run(script, capture_output=True, text=True, check=False)

    assert again.returncode == 3
    assert "down --volumes" in again.stderr
    assert path.read_text() == "kept"


def test_the_file_of_passwords_reaches_neither_git_nor_the_image():
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    kept = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
            if line.startswith("!")]  # fmt: skip
    assert (ROOT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*"
    assert "!.env" not in kept


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    steps = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "--require-hashes" in steps
    assert re.findall(r"^USER (\w+)$", steps, re.MULTILINE) == ["commonwatt"]
    for copied in re.findall(r"^COPY (?!--from)(\S+) ", steps, re.MULTILINE):
        assert (ROOT / copied).exists()


def test_the_image_has_each_folder_that_is_mounted_and_it_is_ours():
    """A new volume takes its owner from there; another's could not be written."""
    steps = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (made,) = re.findall(r"install -d -o commonwatt -g commonwatt (.+?)(?: \\\n|\n)", steps)
    mounted = {
        volume.split(":")[1] for name in OURS for volume in SERVICES[name].get("volumes", [])
    }

    assert mounted == set(made.split())


def test_who_decodes_messages_reads_the_same_routes_and_the_image_has_none_yet():
    file = {
        SERVICES[name]["environment"]["COMMONWATT_ROUTES_FILE"] for name in ("collector", "api")
    }
    steps = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert len(file) == 1
    assert f"install -m 644 -o commonwatt -g commonwatt /dev/null {file.pop()}\n" in steps


def test_our_image_is_made_once_and_fetched_from_nowhere():
    assert [name for name in OURS if "build" in SERVICES[name]] == ["migrate"]
    assert {SERVICES[name]["pull_policy"] for name in OURS if name != "migrate"} == {"never"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_says_does_not_fill_the_disk(name):
    assert SERVICES[name]["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@pytest.mark.parametrize("name", OURS)
def test_ours_speak_the_language_that_was_chosen(name, env):
    lang = filled(SERVICES[name], env_of(env))["environment"]["COMMONWATT_LANG"]

    assert lang in ("zh", "en")


def test_the_database_has_room_to_sort_and_tells_nobody_about_itself():
    assert SERVICES["database"]["shm_size"] == "1gb"
    assert "timescaledb.telemetry_level=off" in SERVICES["database"]["command"]


def test_grafana_asks_nobody_outside_at_its_start(env):
    environment = filled(SERVICES["grafana"], env_of(env))["environment"]

    assert environment["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"
    assert environment["GF_ANALYTICS_REPORTING_ENABLED"] == "false"
    assert environment["GF_USERS_DEFAULT_LANGUAGE"] == "zh-Hans"


def test_a_visitors_address_is_believed_of_this_machines_proxy_and_of_no_container(env):
    (network,) = filled(compose()["networks"], env_of(env))["default"]["ipam"]["config"]
    subnet, gateway = ip_network(network["subnet"]), ip_address(network["gateway"])
    trusted = filled(SERVICES["api"], env_of(env))["environment"]["COMMONWATT_TRUSTED_PROXIES"]

    assert gateway == next(subnet.hosts())  # no container is given it
    assert trusted == str(gateway)


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ONCE])
def test_health_is_asked_seldom(name):
    assert SERVICES[name]["healthcheck"]["start_interval"] == "5s"
    assert SERVICES[name]["healthcheck"]["interval"] == "30s"


def test_compose_itself_accepts_it(env):
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("docker is not installed: `docker compose config` was not run")
    plugin = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    if plugin.returncode:
        pytest.skip("docker has no compose plugin: `docker compose config` was not run")
    asked = [docker, "compose", "--file", FILE, "--env-file", env, "--profile", "demo", "config"]
    checked = subprocess.run([*asked, "--quiet"], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
