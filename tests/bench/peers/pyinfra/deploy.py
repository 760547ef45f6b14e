"""The peer: the dual-stack change with pyinfra's own operations, the same steps as the playbook."""

from pathlib import Path

from pyinfra import host
from pyinfra.operations import files, server

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
variables = {key: value for key, value in host.data.dict().items() if not key.startswith("ssh_")}


def template(name: str, destination: str, mode: str, **owner: str):
    """One of the shared templates."""
    return files.template(
        name=f"Write {destination}",
        src=str(TEMPLATES / name),
        dest=destination,
        mode=mode,
        jinja_env_kwargs={"trim_blocks": True},
        **owner,
        **variables,
    )


firewall = template("nftables.conf.j2", "/etc/jiyue/nftables.conf", "600")
server.shell(
    name="Load firewall rules",
    commands=["nft -c -f /etc/jiyue/nftables.conf", "nft -f /etc/jiyue/nftables.conf"],
    _if=firewall.did_change,
)
if host.data.router:
    routing = template("frr.conf.j2", "/etc/frr/frr.conf", "640", user="frr", group="frr")
    server.shell(
        name="Reload routing",
        commands=["vtysh -C -f /etc/frr/frr.conf", "vtysh -f /etc/frr/frr.conf"],
        _if=routing.did_change,
    )
else:
    addresses = template("addresses.j2", "/etc/jiyue/addresses", "644")
    server.shell(name="Set addresses", commands=["ip -batch /etc/jiyue/addresses"], _if=addresses.did_change)
sites = template("sites.conf.j2", "/etc/nginx/jiyue.conf", "644")
server.shell(name="Reload nginx", commands=["nginx -t -q", "nginx -s reload"], _if=sites.did_change)
