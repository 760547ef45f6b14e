"""What is sent to a device: the same bytes each time, the standard library only, nothing of the controller."""

from __future__ import annotations

import ast
import io
import sys
import zipfile

from ipv6.apply.bundle import program, zipapp
from ipv6.apply.controller import Reach, RunFiles, clean_environment, write_run
from ipv6.drivers import registry

FILES = {
    name: zipfile.ZipFile(io.BytesIO(zipapp())).read(name) for name in zipfile.ZipFile(io.BytesIO(zipapp())).namelist()
}


def test_the_same_bytes_each_time() -> None:
    first = zipapp()
    zipapp.cache_clear()
    assert zipapp() == first
    assert sorted(FILES) == list(FILES)


def test_every_driver_with_a_device_side_is_in_it_and_no_renderer() -> None:
    assert {"frr", "knot", "linux", "nftables", "nginx"} <= set(registry.on_device())
    for name in registry.names():
        here = name in registry.on_device()
        assert (f"ipv6/drivers/{name}/device.py" in FILES) == here
        assert f"ipv6/drivers/{name}/render.py" not in FILES
        assert here or not any(path.startswith(f"ipv6/drivers/{name}/") for path in FILES)


def test_only_the_standard_library_and_itself_are_imported() -> None:
    for path, source in FILES.items():
        for node in ast.walk(ast.parse(source)):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                top = module.split(".")[0]
                inside = f"{module.replace('.', '/')}.py" in FILES or f"{module.replace('.', '/')}/__init__.py" in FILES
                assert top in sys.stdlib_module_names or inside, f"{path} imports {module}"


def test_the_program_is_plain_ascii_whatever_it_carries() -> None:
    text = program({"op": "observe", "device": "x", "sections": [{"text": '网站 \'"""\' \\ {{ braces }}'}]})
    assert text.isascii()
    assert "网站" not in text and "{{" not in text
    compile(text, "program", "exec")


def test_the_users_own_ansible_takes_no_part(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    files = write_run(
        tmp_path, {"a-host": "x"}, Path("playbooks"), Reach(Path("/etc/a b/ssh_config"), "root", 3, 15, 60)
    )
    outer = {"PATH": "/usr/bin", "ANSIBLE_FORKS": "99", "HOME": "/home/me", "SECRET": "s", "SSH_AUTH_SOCK": "/a"}
    wanted = {**outer, "ANSIBLE_STDOUT_CALLBACK": "awx_display"}
    found = clean_environment(wanted, outer, files)
    assert "ANSIBLE_FORKS" not in found and "SECRET" not in found
    assert found["ANSIBLE_STDOUT_CALLBACK"] == "jiyue_events"  # ours, whatever the runner asks for
    assert found["ANSIBLE_CONFIG"] == str(tmp_path / "ansible.cfg")
    assert found["HOME"] == str(tmp_path / "home")
    assert found["PATH"].split(":")[-1] == "/usr/bin"
    assert isinstance(files, RunFiles)
    assert "-F '/etc/a b/ssh_config'" in files.inventory.read_text()
    assert (tmp_path / "programs" / "a-host").stat().st_mode & 0o777 == 0o600
