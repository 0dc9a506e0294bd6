"""A server on its own: nobody is anywhere else, and to say so is no error."""

from __future__ import annotations

from duologue.cluster.base import Cluster, OneNode
from duologue.core.events import Probe


def test_whoever_is_not_here_is_nowhere() -> None:
    """The hub asks on every login and logout, and for everybody who has just gone; none of it may fail."""
    cluster: Cluster = OneNode()
    cluster.left("alice")
    cluster.tell("alice", Probe())
    cluster.arrived("alice")
    cluster.arrived("alice")
    cluster.tell("alice", Probe())
    cluster.left("alice")
