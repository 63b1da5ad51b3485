"""Taking planned contacts to their channel: claimed → handed over → delivered | failed | unknown.

`handed over` is on disk before the channel is called, so a contact that was handed over is never sent again,
whatever crashes. One thread writes the ledger for all connections of a process and commits their
steps together.
"""
