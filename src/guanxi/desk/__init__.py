"""Pages that show several rooms together: the start page, a customer's page, jobs, audit and settings."""
