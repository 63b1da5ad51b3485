"""What stands on the start page of each role: its first questions, each number leading to what is behind it."""
