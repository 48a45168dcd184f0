"""Finds out what a function did, and which mistakes explain it; knows no way to write one."""
