"""What every page has around it: menu, work under way, undo, keys."""
