"""The device side: standard library only, sent to a host as one zipapp (`ipv6.apply.bundle`) and run there."""
