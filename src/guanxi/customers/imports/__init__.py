"""Files in: read → check in columns → stage → load in short transactions → publish by one flip; all of it undoable."""
