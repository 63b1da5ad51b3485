"""The words that data bring to a screen, a command or a file, in the language of whoever reads them."""
