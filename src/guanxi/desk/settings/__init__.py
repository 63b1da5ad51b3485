"""Settings, people, tokens and webhooks."""
