"""Clients as they are: browsers, driven browsers, tools and libraries."""
