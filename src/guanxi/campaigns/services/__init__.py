"""The verbs of campaigns: plan, launch, pause, resume, stop, measure, close."""
