"""Jobs and the audit."""
