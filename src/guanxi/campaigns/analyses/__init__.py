"""Analyses of what contacts achieve: they rest on campaigns, and are listed beside those of insight.

`chosen` says which campaigns can be asked about and who was in them; a measuring makes earlier answers old, and
`forget` removes them.
"""
