"""The demo: the main job on a real year of a grocer, and on a simulated base whose truth is known."""

PASSWORD = "guanxi-demo"  # noqa: S105 - the demo's own, told to everybody; its pages are served to this machine only
"""What everybody of the demo signs in with."""
ADMIN = "administrator@example.com"
"""Its first person, whom `guanxi init` makes."""
