"""Analyses that somebody asks for: one declaration each, for pages, command line and API alike.

`definition` says what an analysis is, `data` what it may read, `offered` lists all, `asking` computes and keeps
answers, `keeping` keeps questions under a name.
"""
