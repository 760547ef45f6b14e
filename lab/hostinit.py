"""The shell scripts that turn an empty set of namespaces into a host; pure text.

No Python runs inside a host: `ENTER` builds the root, `init_script` stays as process 1, starts the services in order
and reaps what they leave behind. Both report to the supervisor on file descriptor 3, one line per event:
`HOST net ready|failed`, `HOST svc NAME starting|up|failed|exited [STATUS]`, `HOST done`.
"""

from __future__ import annotations

import ipaddress
import shlex

from .spec import MGMT_INTERFACE, HostSpec, ServiceSpec

ENTER = """\
# Usage: enter.sh DIR NAME, as process 1 of fresh net, mount, pid and uts namespaces.
# DIR holds upper work merged root run tmp dev extra; afterwards the overlay is / and the old root is out of reach.
# Standard output is the supervisor's event pipe: it becomes descriptor 3.
set -eu
exec 3>&1 1>&2
cd "$1"
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay merged
while read -r extra; do
    mount -t overlay -o "lowerdir=$extra,upperdir=extra$extra/upper,workdir=extra$extra/work" overlay "merged$extra"
done < run/lab/extra-mounts
mount -t proc proc merged/proc
mount -t sysfs sysfs merged/sys
mount --bind run merged/run
mount --bind tmp merged/tmp
mount --bind dev merged/dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts merged/dev/pts
mount --bind root merged/root
if [ -e run/lab/node ]; then . run/lab/node; fi
hostname "$2"
cd merged
mkdir -p run/lab/old
pivot_root . run/lab/old
cd /
umount -l /run/lab/old
rmdir /run/lab/old
exec /bin/sh /run/lab/init.sh
"""

NODE = """\
# Read by enter.sh before the old root goes: what a Kubernetes node sees of the machine.
while IFS="$(printf '\\t')" read -r from to; do
    mkdir -p "merged$to"
    mount --bind "$from" "merged$to"
    mount -o remount,bind,ro "merged$to"
done < run/lab/binds
# Control groups of its own, as the root of every hierarchy: whatever it makes lies below one group of the lab.
read -r group < run/lab/group
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p "/sys/fs/cgroup/$group/$2"
    for level in "" "/$group"; do
        echo "+cpu +memory +pids" > "/sys/fs/cgroup$level/cgroup.subtree_control"
    done
    mount --bind "/sys/fs/cgroup/$group/$2" merged/sys/fs/cgroup
else
    mount -t tmpfs -o mode=0755 cgroup merged/sys/fs/cgroup
    for tree in /sys/fs/cgroup/*/; do
        tree="$(basename "$tree")"
        top="/sys/fs/cgroup/$tree"
        mkdir -p "$top/$group/$2" "merged/sys/fs/cgroup/$tree"
        if [ "$tree" = cpuset ]; then
            for file in cpuset.cpus cpuset.mems; do
                cat "$top/$file" > "$top/$group/$file"
                cat "$top/$file" > "$top/$group/$2/$file"
            done
        fi
        mount --bind "$top/$group/$2" "merged/sys/fs/cgroup/$tree"
    done
fi
# Settings of the whole machine: read-only, and those that kubelet insists on writing are files of the host's own.
for part in kernel vm; do
    mount --bind "merged/proc/sys/$part" "merged/proc/sys/$part"
    mount -o remount,bind,ro "merged/proc/sys/$part"
done
mkdir -p run/lab/sys
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \\
    kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    if [ ! -e "merged/proc/sys/$name" ]; then continue; fi
    own="run/lab/sys/$(echo "$name" | tr / .)"
    cat "merged/proc/sys/$name" > "$own"
    mount --bind "$own" "merged/proc/sys/$name"
done
"""

_FUNCTIONS = """\
event() { echo "$NAME $*" >&3; }
in_netns() { # NETNS COMMAND...: runs it there, "" is the host's own namespace
    _ns=$1; shift
    if [ -n "$_ns" ]; then nsenter --net="/run/netns/$_ns" "$@"; else "$@"; fi
}
is_ready() { # KIND WHAT NETNS
    case $1 in
        file) [ -e "$2" ] ;;
        tcp) in_netns "$3" grep -qsE "^ *[0-9]+: [0-9A-F]+:$2 [0-9A-F:]+ 0A " /proc/net/tcp /proc/net/tcp6 ;;
        udp) in_netns "$3" grep -qsE "^ *[0-9]+: [0-9A-F]+:$2 [0-9A-F:]+ 07 " /proc/net/udp /proc/net/udp6 ;;
    esac
}
await() { # SERVICE KIND WHAT NETNS TRIES
    _left=$5
    until is_ready "$2" "$3" "$4"; do
        if [ -e "/run/lab/exit/$1" ]; then return 1; fi
        _left=$((_left - 1))
        if [ "$_left" -le 0 ]; then event svc "$1" failed "not ready"; return 1; fi
        sleep 0.05
    done
    event svc "$1" up
}
routes() { # NETNS FILE: a next hop may need the other end, so it is tried for three seconds
    _left=30
    until in_netns "$1" ip -force -batch "$2" >/run/lab/log/net.log 2>&1; do
        _left=$((_left - 1))
        if [ "$_left" -le 0 ]; then return 1; fi
        sleep 0.1
    done
}
"""

_CLEARED = """\
for kind in f s p; do
    find /run -mindepth 1 \\( -path /run/lab -o -path /run/netns \\) -prune -o -type $kind -exec rm -f {} +
done
rm -f /run/lab/exit/* /run/lab/pid/*
nft flush ruleset 2>/dev/null
"""
_UNADDRESSED = """\
for link in $(ip -o link show | cut -d: -f2 | cut -d@ -f1); do ip addr flush dev $link; done
for family in 4 6; do ip -$family route flush table main 2>/dev/null; done
"""
_BOOT = """\
agent=$(ls -t /var/lib/jiyue/agent-*.pyz 2>/dev/null | head -n 1)
if [ -n "$agent" ]; then /usr/bin/python3 "$agent" boot 3>&-; fi
"""


def sysctl_script(host: HostSpec) -> str:
    """Settings of one network namespace of `host`, run before its interfaces arrive so that they inherit them."""
    settings = {
        "ipv4/ip_forward": int(host.forward4),
        "ipv4/conf/all/rp_filter": 0,
        "ipv4/conf/default/rp_filter": 0,
        "ipv4/conf/all/accept_redirects": 0,
        "ipv4/conf/default/accept_redirects": 0,
        "ipv4/conf/all/send_redirects": 0,
        "ipv4/conf/default/send_redirects": 0,
        "ipv6/conf/all/accept_dad": 0,
        "ipv6/conf/default/accept_dad": 0,
        "ipv6/conf/all/accept_ra": 0,
        "ipv6/conf/default/accept_ra": 0,
        "ipv6/conf/all/accept_redirects": 0,
        "ipv6/conf/default/accept_redirects": 0,
        "ipv6/conf/all/forwarding": int(host.forward6),
        "ipv6/conf/default/forwarding": int(host.forward6),
        "ipv6/conf/all/disable_ipv6": int(host.disable6),
        "ipv6/conf/default/disable_ipv6": int(host.disable6),
    }
    lines = [f"echo {value} > /proc/sys/net/{name}" for name, value in settings.items()]
    return "\n".join([*lines, "ip link set lo up", ""])


def address_batch(host: HostSpec, netns: str | None) -> str:
    """`ip -batch` input: links up and addresses of one namespace (None: the host's own, with the management link)."""
    lines = []
    if netns is None:
        lines += [f"link set dev {MGMT_INTERFACE} up", f"addr add {host.mgmt4} dev {MGMT_INTERFACE}"]
    for interface in host.interfaces:
        if interface.netns != netns:
            continue
        lines.append(f"link set dev {interface.name} up")
        for text in interface.addresses:
            nodad = " nodad" if ipaddress.ip_interface(text).version == 6 else ""
            lines.append(f"addr add {text} dev {interface.name}{nodad}")
    return "".join(f"{line}\n" for line in lines)


def route_batch(host: HostSpec, netns: str | None) -> str:
    """`ip -batch` input: static routes of one namespace, repeatable."""
    routes = (route.words for route in host.routes if route.netns == netns)
    return "".join(f"route replace {words}\n" for words in routes)


def init_script(host: HostSpec, services: tuple[ServiceSpec, ...]) -> str:
    """Process 1 of `host`: namespaces, a pause until the supervisor has wired it, addresses, then `services`."""
    spaces = host.namespaces()
    lines = [f"NAME={shlex.quote(host.name)}", _FUNCTIONS, "mkdir -p /run/lab/log /run/lab/pid /run/lab/exit"]
    lines.append("if ! {")
    lines += [f"ip netns add {name} &&" for name in spaces]
    lines += [f'in_netns "{name}" /bin/sh /run/lab/sysctl.sh &&' for name in ("", *spaces)]
    lines.append(":; } >/run/lab/log/net.log 2>&1 3>&-; then event net failed; fi")
    lines += ["event net ready", "read -r _ < /run/lab/go", *_start(host, services)]
    lines += ["event done", "while :; do sleep 86400 3>&- & wait; done", ""]
    return "\n".join(lines)


def power_on_script(host: HostSpec, services: tuple[ServiceSpec, ...]) -> str:
    """What `host` does when its power comes back: as at the first start, then the device's agent does its boot.

    Run beside process 1, whose links and namespaces stayed. What only ran (addresses, routes, filters, sockets) is
    cleared first: after a power cut it would not be there.
    """
    lines = [f"NAME={shlex.quote(host.name)}", _FUNCTIONS, "exec 3>/proc/1/fd/3", "event power on", _CLEARED]
    for netns in ("", *host.namespaces()):
        lines.append(f'in_netns "{netns}" sh -c {shlex.quote(_UNADDRESSED)}')
        lines.append(f'in_netns "{netns}" /bin/sh /run/lab/sysctl.sh')
    lines += _start(host, services)
    lines += ["event done", _BOOT, ""]
    return "\n".join(lines)


def _start(host: HostSpec, services: tuple[ServiceSpec, ...]) -> list[str]:
    """Addresses, routes, services, in that order."""
    spaces = host.namespaces()
    lines = [f"echo 1 > /proc/sys/net/ipv6/conf/{MGMT_INTERFACE}/disable_ipv6"]
    lines.append(f"echo 0 > /proc/sys/net/ipv4/conf/{MGMT_INTERFACE}/forwarding")
    for netns in (None, *spaces):
        suffix = netns or "host"
        command = f'in_netns "{netns or ""}" ip -batch /run/lab/addresses.{suffix}'
        lines.append(f"{command} >/run/lab/log/net.log 2>&1 3>&- || event net failed")
    lines.append("event net addressed")
    for netns in (None, *spaces):
        if route_batch(host, netns):
            lines.append(f'routes "{netns or ""}" /run/lab/routes.{netns or "host"} 3>&- || event net failed')
    for service in services:
        lines += _service(service)
    return lines


def _service(service: ServiceSpec) -> list[str]:
    command = list(service.argv)
    if service.user:
        command = ["setpriv", f"--reuid={service.user}", f"--regid={service.user}", "--init-groups", *command]
    if service.netns:
        command = ["ip", "netns", "exec", service.netns, *command]
    words = shlex.join(command)
    name = service.name
    redirect = f"</dev/null >>/run/lab/log/{name}.log 2>&1 3>&-"
    tries = max(1, round(service.timeout * 20))
    wait = ""
    if service.ready:
        kind, _, what = service.ready.partition(":")
        target = f"{int(what):04X}" if kind != "file" else shlex.quote(what)
        wait = f'await {name} {kind} {target} "{service.netns or ""}" {tries}'
    lines = [f"event svc {name} starting"]
    if service.mode == "once":
        lines.append(f"if {words} {redirect}; then {wait or f'event svc {name} up'}; else")
        lines.append(f"    event svc {name} failed $?; fi")
        return lines
    lines.append(f"( {words} {redirect} & echo $! >/run/lab/pid/{name}; wait $!; _status=$?")
    lines.append(f'  echo "$_status" >/run/lab/exit/{name}; event svc {name} exited "$_status" ) &')
    lines.append(wait or f"event svc {name} up")
    return lines
