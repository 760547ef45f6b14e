"""A manifest as a Pulumi resource: one place where tokens and options are made.

The objects are already written in the API's own words, so the SDK's typed classes would only turn them into Python's
words and back, and load a large package piece by piece while stacks run in threads (seen to race). The package
stays a dependency: it names the version of the provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import pulumi

from infra.components import naming
from infra.manifest import Manifest

VERSION = version("pulumi-kubernetes")


def token(api_version: str, kind: str) -> str:
    """The type of a kind in the engine: `kubernetes:apps/v1:Deployment`, part of every URN.

    A custom resource (a Gateway) has the type that the SDK's `apiextensions.CustomResource` gives it, by the same rule.
    """
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"


def provider(name: str, kubeconfig: str, context: str, cluster: str) -> pulumi.ProviderResource:
    """The provider of one cluster; its settings travel as JSON texts."""
    settings: dict[str, Any] = {
        "kubeconfig": kubeconfig,
        "context": context,
        "clusterIdentifier": cluster,
        "enableServerSideApply": "true",
    }
    return pulumi.ProviderResource("kubernetes", name, settings, pulumi.ResourceOptions(version=VERSION))


def create(
    manifest: Manifest, parent: pulumi.Resource, depends_on: Sequence[pulumi.Resource] = ()
) -> pulumi.CustomResource:
    """The resource of a manifest, owned by the component `parent`."""
    kept = manifest.protect or None
    options = pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        protect=kept,
        retain_on_delete=kept,
        version=VERSION,
        ignore_changes=list(manifest.yields) or None,
    )
    name = naming.resource(manifest.kind, manifest.namespace, manifest.name)
    return pulumi.CustomResource(token(manifest.api_version, manifest.kind), name, manifest.document(), options)


def create_all(
    manifests: Iterable[Manifest], parent: pulumi.Resource, depends_on: Sequence[pulumi.Resource] = ()
) -> tuple[pulumi.CustomResource, ...]:
    """`create` for each, in order."""
    return tuple(create(manifest, parent, depends_on) for manifest in manifests)
