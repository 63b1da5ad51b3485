"""The frame of every page: sidebar, components, browser files, errors that help."""
