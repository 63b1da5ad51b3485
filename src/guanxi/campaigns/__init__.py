"""Goals, audiences, cells with control, launch and results."""
