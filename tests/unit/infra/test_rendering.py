"""A stack's own settings: what is wrong in them is said before anything is rendered."""

from __future__ import annotations

from typing import Any

import pytest

from infra.rendering import settings_of
from inventory.errors import InputError
from tests.infra.world import inventory

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"functions": {"searching": {"replicas": 2}}}, "names searching, which functions.yaml does not know"),
        ({"functions": {"search": {"replicas": -1}}}, "functions search.replicas"),
        ({"functions": {"search": {"ipFamilies": ["IPv4"]}}}, "functions search.ipFamilies"),
        ({"functions": []}, None),
        ({"imageDigests": {"search": "latest"}}, "imageDigests search"),
    ],
)
def test_wrong_settings(config: dict[str, Any], words: str | None) -> None:
    """Place, key and cause; families are no setting at all, because they come from the plan."""
    if words is None:
        assert settings_of(config, "stacks/Pulumi.changsha.yaml", inventory()).functions == {}
        return
    with pytest.raises(InputError, match=words) as caught:
        settings_of(config, "stacks/Pulumi.changsha.yaml", inventory())
    assert str(caught.value).startswith("stacks/Pulumi.changsha.yaml: ")


def test_a_digest_takes_the_place_of_the_tag() -> None:
    """For the images it names; the others keep the tag."""
    images = settings_of({"imageDigests": {"search": DIGEST}, "imageTag": "2"}, "x", inventory()).images
    assert images.of("search").endswith(f"/search@{DIGEST}")
    assert images.of("publishing").endswith("/publishing:2")
