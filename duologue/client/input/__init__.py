"""Typed text and its meaning."""
